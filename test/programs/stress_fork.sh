# stress-ng: the fork stressor, with its own verification.
stress-ng --quiet --fork 1 --fork-ops 200 --verify --timeout 20 && echo verified
