// Writes up to PIPE_BUF bytes of many writers never mix; pipe(7).
#include "../check.h"

enum { WRITERS = 4, RECORDS = 100, SIZE = 4096 };

int main(void) {
  int fds[2];
  CHECK(pipe(fds) == 0);
  for (int i = 0; i < WRITERS; i++)
    if (fork() == 0) {
      static char record[SIZE];
      memset(record, 'a' + i, SIZE);
      for (int j = 0; j < RECORDS; j++)
        if (write(fds[1], record, SIZE) != SIZE) _exit(1);
      _exit(0);
    }
  close(fds[1]);
  static char record[SIZE];
  int counts[WRITERS] = {0}, mixed = 0;
  for (;;) {
    size_t have = 0;
    ssize_t n;
    while (have < SIZE && (n = read(fds[0], record + have, SIZE - have)) > 0) have += n;
    if (have < SIZE) break;
    for (int i = 1; i < SIZE; i++) mixed += record[i] != record[0];
    counts[record[0] - 'a']++;
  }
  for (int i = 0; i < WRITERS; i++) SHOW(counts[i]);
  SHOW(mixed);
  while (wait(NULL) > 0) continue;
  return 0;
}
