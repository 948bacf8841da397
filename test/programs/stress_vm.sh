# stress-ng: the vm stressor, with its own verification.
stress-ng --quiet --vm 1 --vm-bytes 8M --vm-ops 2000 --verify --timeout 20 && echo verified
