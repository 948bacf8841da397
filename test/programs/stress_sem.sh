# stress-ng: the sem stressor, with its own verification.
stress-ng --quiet --sem 1 --verify --timeout 1 && echo verified
