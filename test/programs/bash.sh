# bash: expansion, arrays, functions, pipelines, here documents, process substitution, traps, jobs.
exec bash -c '
set -u
words=(alpha "two words" gamma)
echo "${#words[@]}: ${words[1]^^} ${words[@]: -1}"
declare -A map=([one]=1 [two]=2)
for key in one two; do echo "$key=${map[$key]}"; done
sum() { local total=0 n; for n in "$@"; do ((total += n)); done; echo "$total"; }
echo "sum $(sum {1..100})"
printf "%s\n" c a b | sort | tr "\n" " "; echo
false | true; echo "pipe status ${PIPESTATUS[*]}"
cat <<END | sed "s/^/> /"
here $((6 * 7))
END
diff <(echo same) <(echo same) && echo "process substitution"
[[ file-123.txt =~ ([0-9]+) ]] && echo "match ${BASH_REMATCH[1]}"
text=/usr/share/doc; echo "${text##*/} ${text%/*} ${text//\//:}"
(trap "echo trapped; exit 3" TERM; kill -TERM $BASHPID; sleep 5); echo "subshell $?"
sleep 5 & kill %1; wait $!; echo "killed $?"
for i in 1 2 3; do (exit $i) & done; wait; echo "waited"
coproc CAT { cat; }; echo "through a coprocess" >&"${CAT[1]}"; read -r line <&"${CAT[0]}"; echo "$line"
read -r -t 1 line < <(sleep 0.1; echo timely); echo "$line"
exec 9<<<"descriptor nine"; read -r line <&9; echo "$line"
mapfile -t lines < <(seq 3); echo "${lines[*]}"
exit 7'
