# stress-ng: the mmap stressor, with its own verification.
stress-ng --quiet --mmap 1 --mmap-bytes 2M --mmap-ops 20 --verify --timeout 20 && echo verified
