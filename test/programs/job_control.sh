# A shell with a terminal of its own (by script) runs, stops and continues jobs.
exec python3 - <<'END'
import os, pty, re, select, signal, time
pid, master = pty.fork()
if pid == 0:
    os.environ.update(PS1="ready> ", TERM="dumb")
    os.execvp("bash", ["bash", "--norc", "--noediting", "-i"])
buffer = ""
def expect(pattern, seconds=10):
    global buffer
    end = time.monotonic() + seconds
    while not (match := re.search(pattern, buffer)):
        if time.monotonic() > end or not select.select([master], [], [], seconds)[0]:
            raise SystemExit(f"no {pattern!r} in {buffer!r}")
        buffer += os.read(master, 4096).decode()
    buffer = buffer[match.end():]
    return match.group(0)
def send(text): os.write(master, text.encode())
expect("ready> "); send("stty -echo\n"); expect("ready> ")
send("sleep 50\n"); time.sleep(0.5); send("\x1a"); print(expect(r"Stopped")); expect("ready> ")
send("jobs | wc -l\n"); print(expect(r"\d+")); expect("ready> ")
send("bg\n"); print(expect(r"sleep 50 &")); expect("ready> "); send("fg\n"); expect("sleep 50"); time.sleep(0.5); send("\x03"); expect("ready> ")
send("echo status $?\n"); print(expect(r"status \d+")); expect("ready> ")
send("cat\n"); send("a line\n"); print(expect("a line")); send("\x04"); expect("ready> ")
send("tty | grep -c pts; exit 5\n"); print(expect(r"\d"))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
