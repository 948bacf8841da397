// SO_RCVTIMEO and SO_SNDTIMEO bound blocking calls with EAGAIN; socket(7).
#include "../check.h"

int main(void) {
  int pair[2];
  char buffer[4096] = {0};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  struct timeval limit = {0, 50000}, got;
  SHOW(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
  SHOW(getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &got, (socklen_t[]){sizeof got}));
  SHOW(got.tv_sec == 0 && got.tv_usec >= 50000 && got.tv_usec < 80000);
  int64_t start = now_ns(CLOCK_MONOTONIC);
  SHOW(read(pair[0], buffer, 1));
  SHOW(now_ns(CLOCK_MONOTONIC) - start >= 40000000);
  SHOW(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
  long n, calls = 0;
  while ((n = write(pair[0], buffer, sizeof buffer)) > 0) calls++;
  SHOW(n);
  SHOW(calls > 1);
  limit.tv_usec = 2000000;
  SHOW(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
  return 0;
}
