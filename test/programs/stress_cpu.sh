# stress-ng: the cpu stressor, with its own verification.
stress-ng --quiet --cpu 1 --cpu-ops 200 --verify --timeout 20 && echo verified
