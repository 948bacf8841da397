# stress-ng: the dentry stressor, with its own verification.
stress-ng --quiet --dentry 1 --dentries 200 --dentry-ops 1000 --verify --timeout 20 && echo verified
