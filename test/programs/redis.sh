# redis-server with redis-cli over a Unix socket: types, expiry, transactions, scripts, publish, save, shutdown.
set -u
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly no --daemonize no --dir "$PWD" >log 2>&1 &
cli() { redis-cli -s "$PWD/socket" "$@"; }
for i in $(seq 200); do [ "$(cli ping 2>/dev/null)" = PONG ] && break; sleep 0.05; done
cli ping; cli set key value; cli get key; cli incrby n 41; cli incr n; cli lpush l a b c; cli lrange l 0 -1; cli hset h f 1 g 2; cli hget h g
cli sadd s x y x; cli zadd z 2 two 1 one; cli zrange z 0 -1; cli set short x px 30; sleep 0.1; cli get short; cli append key 2; cli strlen key
printf 'multi\nincr n\nincr n\nexec\n' | cli; cli eval 'return redis.call("get", KEYS[1]) * 2' 1 n; cli setrange big 100000 x; cli type z; cli ttl key
(cli subscribe channel | head -6 >subscribed) & sleep 0.3; cli publish channel hello; sleep 0.1; cli client kill type pubsub >/dev/null; wait $!; tail -1 subscribed
seq 1000 | sed 's/.*/set k& &/' | cli >/dev/null; cli dbsize; cli bgsave; for i in $(seq 100); do cli info persistence | grep -q 'rdb_bgsave_in_progress:0' && break; sleep 0.05; done; cli info persistence | grep rdb_last_bgsave_status
redis-benchmark -s "$PWD/socket" -q -n 2000 -c 10 -t set,get >/dev/null 2>&1; echo "benchmark $?"
cli shutdown save; wait; echo "server $?"; test -s dump.rdb && echo "saved"
