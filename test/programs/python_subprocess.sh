# python3 subprocess: pipes, exit codes, signals, timeouts, environment, working directory, big input.
exec python3 - <<'END'
import os, signal, subprocess, sys
print(subprocess.run(["echo", "hello"], capture_output=True, text=True).stdout, end="")
print(subprocess.run("exit 7", shell=True).returncode, subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
print(subprocess.run(["cat"], input=b"x" * 1000000, capture_output=True).stdout.count(b"x"))
try:
    subprocess.run(["sleep", "10"], timeout=0.2)
except subprocess.TimeoutExpired as error:
    print("timeout", error.cmd)
try:
    subprocess.run(["/missing"])
except FileNotFoundError as error:
    print(error)
print(subprocess.check_output(["sh", "-c", "echo $X; pwd"], env={"X": "set", "PATH": "/bin:/usr/bin"}, cwd="/usr"))
process = subprocess.Popen(["sh", "-c", "echo out; echo err >&2; exit 3"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
print(process.communicate(), process.returncode)
first = subprocess.Popen(["seq", "1000"], stdout=subprocess.PIPE)
second = subprocess.Popen(["wc", "-l"], stdin=first.stdout, stdout=subprocess.PIPE)
first.stdout.close()
print(second.communicate()[0].split(), first.wait())
sleeper = subprocess.Popen(["sleep", "10"], start_new_session=True)
sleeper.send_signal(signal.SIGTERM)
print(sleeper.wait(), sleeper.poll())
print(sum(subprocess.call(["true"]) for _ in range(20)), os.system("exit 2") >> 8, os.popen("echo popen").read(), end="")
read, write = os.pipe()
subprocess.run(["sh", "-c", f"echo passed >&{write}"], pass_fds=[write])
print(os.read(read, 100))
END
