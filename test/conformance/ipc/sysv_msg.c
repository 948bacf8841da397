// System V messages: order, types, truncation, full queues, removal; msgop(2).
#include "../check.h"
#include <sys/ipc.h>
#include <sys/msg.h>

static struct {
  long type;
  char text[64];
} message;

static int id;

static int put(long type, const char *text) {
  message.type = type;
  strcpy(message.text, text);
  return msgsnd(id, &message, strlen(text) + 1, IPC_NOWAIT);
}

static void receive(long type, size_t room, int flags) {
  errno = 0;
  int n = msgrcv(id, &message, room, type, flags | IPC_NOWAIT);
  printf("type %ld: %d %s %ld \"%s\"\n", type, n, check_name(errno), n < 0 ? 0 : message.type, n < 0 ? "" : message.text);
}

int main(void) {
  id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  CHECK(id >= 0);
  SHOW(put(1, "first"));
  SHOW(put(2, "second"));
  SHOW(put(3, "third"));
  SHOW(put(1, "fourth"));
  SHOW(put(0, "wrong"));
  receive(2, 64, 0);
  receive(-2, 64, 0);
  receive(1, 3, 0);
  receive(1, 3, MSG_NOERROR);
  receive(0, 64, 0);
  receive(0, 64, 0);
  struct msqid_ds info;
  SHOW(msgctl(id, IPC_STAT, &info));
  SHOW(info.msg_qnum);
  pid_t pid = fork();
  if (pid == 0) _exit(msgrcv(id, &message, 64, 7, 0) == 4 ? 5 : 1);
  SHOW(put(7, "abc"));
  reap("receiver", pid);
  SHOW(msgctl(id, IPC_RMID, NULL));
  SHOW(put(1, "late"));
  return 0;
}
