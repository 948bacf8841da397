# python3 asyncio: tasks, timeouts, subprocesses, Unix socket servers, signals, threads, queues.
exec python3 - <<'END'
import asyncio, os, signal
async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper()); await writer.drain()
    writer.close()
async def client(i):
    reader, writer = await asyncio.open_unix_connection("socket")
    writer.write(b"message %d\n" % i); writer.write_eof()
    return (await reader.read()).decode().strip()
async def main():
    print(await asyncio.gather(*(asyncio.sleep(0.01 * (5 - i), i) for i in range(5))))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError:
        print("timeout")
    process = await asyncio.create_subprocess_exec("sh", "-c", "read x; echo got $x; exit 4", stdin=-1, stdout=-1)
    print(await process.communicate(b"input\n"), process.returncode)
    server = await asyncio.start_unix_server(handle, "socket")
    print(await asyncio.gather(*(client(i) for i in range(20))))
    server.close()
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, done.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await done.wait(); print("signal")
    print(await asyncio.to_thread(sum, range(1000)))
    queue = asyncio.Queue(2)
    async def producer():
        for i in range(10): await queue.put(i)
        await queue.put(None)
    task, total = asyncio.create_task(producer()), 0
    while (item := await queue.get()) is not None: total += item
    await task; print(total)
asyncio.run(main())
END
