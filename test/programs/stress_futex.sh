# stress-ng: the futex stressor, with its own verification.
stress-ng --quiet --futex 1 --futex-ops 2000 --verify --timeout 20 && echo verified
