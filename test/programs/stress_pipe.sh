# stress-ng: the pipe stressor, with its own verification.
stress-ng --quiet --pipe 1 --pipe-ops 20000 --verify --timeout 20 && echo verified
