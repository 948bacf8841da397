# python3 multiprocessing: pools, queues, pipes, locks, shared memory and values, fork and spawn.
cat >program.py <<'END'
import multiprocessing as mp
from multiprocessing import shared_memory

def square(x):
    return x * x

def produce(q):
    for i in range(50):
        q.put(i)
    q.put(None)

def add(value, lock):
    for _ in range(200):
        with lock:
            value.value += 1

def write(name):
    block = shared_memory.SharedMemory(name=name)
    block.buf[0] = 99
    block.close()

def echo(connection):
    connection.send(connection.recv()[::-1])

if __name__ == "__main__":
    for method in ("fork", "spawn"):
        context = mp.get_context(method)
        with context.Pool(2) as pool:
            print(method, pool.map(square, range(20)))
        queue = context.Queue()
        process = context.Process(target=produce, args=(queue,))
        process.start()
        print(sum(iter(queue.get, None)))
        process.join()
        value, lock = context.Value("i", 0), context.Lock()
        processes = [context.Process(target=add, args=(value, lock)) for _ in range(3)]
        [p.start() for p in processes]; [p.join() for p in processes]
        print(value.value, [p.exitcode for p in processes])
        here, there = context.Pipe()
        process = context.Process(target=echo, args=(there,))
        process.start()
        here.send([1, "two", 3.0])
        print(here.recv())
        process.join()
    block = shared_memory.SharedMemory(create=True, size=100)
    process = mp.Process(target=write, args=(block.name,))
    process.start(); process.join()
    print(block.buf[0])
    block.close(); block.unlink()
END
exec python3 program.py
