# stress-ng: the fd stressor, with its own verification.
stress-ng --quiet --dup 1 --dup-ops 50 --verify --timeout 20 && echo verified
