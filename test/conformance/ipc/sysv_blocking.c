// Blocked System V calls end by a message, by a signal and by removal; msgop(2), semop(2).
#include "../check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

static int queue, set;
static volatile sig_atomic_t caught;

static struct {
  long type;
  char text[4096];
} message;

static void count(int number) { caught += number == SIGUSR1; }

static void wait_asleep(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  for (;;) {
    const char *text = read_file(path);
    if (strrchr(text, ')')[2] == 'S') return;
    sleep_ms(1);
  }
}

static int receive_interrupted(void) {
  on_signal(SIGUSR1, count, SA_RESTART);
  SHOW(msgrcv(queue, &message, sizeof message.text, 1, 0));
  SHOW(caught);
  return 0;
}

static int operate_interrupted(void) {
  on_signal(SIGUSR1, count, SA_RESTART);
  struct sembuf down = {0, -1, 0};
  SHOW(semop(set, &down, 1));
  SHOW(caught);
  return 0;
}

static int send_until_removed(void) {
  message.type = 1;
  int sent = 0;
  while (msgsnd(queue, &message, sizeof message.text, 0) == 0) sent++;
  return 10 * sent + (errno == EIDRM);
}

static void interrupted(const char *name, int (*body)(void)) {
  pid_t pid = fork();
  if (pid == 0) _exit(body());
  wait_asleep(pid);
  CHECK(kill(pid, SIGUSR1) == 0);
  reap(name, pid);
}

int main(void) {
  queue = msgget(IPC_PRIVATE, 0600);
  set = semget(IPC_PRIVATE, 2, 0600);
  CHECK(queue >= 0 && set >= 0);
  interrupted("msgrcv", receive_interrupted);
  interrupted("semop", operate_interrupted);

  // Two wait for different types; each gets its own.
  pid_t pids[2];
  for (int i = 0; i < 2; i++) {
    pids[i] = fork();
    if (pids[i] == 0) _exit(msgrcv(queue, &message, sizeof message.text, i + 5, 0));
    wait_asleep(pids[i]);
  }
  message.type = 6;
  SHOW(msgsnd(queue, &message, 6, 0));
  reap("type 6", pids[1]);
  message.type = 5;
  SHOW(msgsnd(queue, &message, 5, 0));
  reap("type 5", pids[0]);

  // One operation makes two waiters possible, in turn.
  for (int i = 0; i < 2; i++) {
    pids[i] = fork();
    if (pids[i] == 0) {
      struct sembuf steps[] = {{i, -1, SEM_UNDO * i}, {1 - i, 1, 0}};
      _exit(semop(set, steps, 2));
    }
    wait_asleep(pids[i]);
  }
  SHOW(semctl(set, 0, GETNCNT));
  SHOW(semctl(set, 1, GETNCNT));
  SHOW(semctl(set, 0, SETVAL, 1));
  reap("first", pids[0]);
  reap("second", pids[1]);
  SHOW(semctl(set, 0, GETVAL));
  SHOW(semctl(set, 1, GETVAL));

  pid_t pid = fork();
  if (pid == 0) _exit(send_until_removed());
  wait_asleep(pid);
  SHOW(msgctl(queue, IPC_RMID, NULL));
  reap("sender", pid);
  SHOW(semctl(set, 0, IPC_RMID));
  return 0;
}
