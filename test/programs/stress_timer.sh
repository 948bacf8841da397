# stress-ng: the timer stressor, with its own verification.
stress-ng --quiet --timer 1 --timer-freq 500 --timer-ops 200 --verify --timeout 20 && echo verified
