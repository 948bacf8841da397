# python3 threads: locks, conditions, events, queues, semaphores, barriers, timers, pools, thread-local data.
exec python3 - <<'END'
import concurrent.futures, queue, threading, time
counter, lock = 0, threading.Lock()
def count():
    global counter
    for _ in range(5000):
        with lock:
            counter += 1
threads = [threading.Thread(target=count) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(counter)
q, results = queue.Queue(maxsize=3), []
def consume():
    while (item := q.get()) is not None:
        results.append(item * item)
consumer = threading.Thread(target=consume); consumer.start()
for i in range(100): q.put(i)
q.put(None); consumer.join()
print(sum(results))
event = threading.Event()
timer = threading.Timer(0.05, event.set); timer.start()
print(event.wait(10), event.wait(0.01))
print(threading.Event().wait(0.02))
barrier = threading.Barrier(4); order = []
def meet(i):
    barrier.wait(); order.append(i)
threads = [threading.Thread(target=meet, args=(i,)) for i in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sorted(order))
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda x: x ** 3, range(10))))
local = threading.local(); local.x = 1
def own(): print(hasattr(local, "x"))
t = threading.Thread(target=own); t.start(); t.join()
semaphore = threading.Semaphore(0)
print(semaphore.acquire(timeout=0.02), lock.acquire(timeout=1), lock.locked())
END
