# git: init, add, commit, branch, merge with a conflict, rebase, log, diff, stash, gc, clone by path.
set -eu
export HOME="$PWD" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@x
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' GIT_PAGER=cat
git init -q -b main repo; cd repo
seq 10 >numbers; mkdir dir; echo text >dir/file; git add .; git commit -q -m first; git log --format='%H %s %an'
echo eleven >>numbers; git diff --stat; git commit -q -am second; git status --short; git log --oneline
git switch -q -c side HEAD~1; sed -i 's/^3$/three/' numbers; git commit -q -am side
git switch -q main; git merge -q --no-edit side; git log --oneline --graph; sed -n '3p;$p' numbers
git switch -q -c clash HEAD~1; sed -i 's/^3$/drei/' numbers; git commit -q -am clash
git merge side >/dev/null || echo "conflict"; grep -c '<<<<' numbers; git merge --abort
git rebase -q main >/dev/null 2>&1 || git rebase --skip >/dev/null 2>&1; git log --oneline | wc -l
git switch -q main; echo dirty >>numbers; git stash -q; git status --short; git stash pop -q; git status --short; git checkout -q -- .
git tag v1; git describe --tags; git rev-parse 'HEAD^{tree}'; git ls-tree -r HEAD; git blame -s numbers | head -3
for i in $(seq 30); do echo "$i" >"f$i"; git add "f$i"; git commit -q -m "commit $i"; done
git gc -q; git fsck --strict 2>/dev/null; git count-objects | cut -d' ' -f1; git log --oneline | wc -l
git clone -q . ../clone; cd ../clone; git log -1 --format=%H; ls | wc -l; git grep -n eleven; git archive HEAD | tar -t | wc -l
