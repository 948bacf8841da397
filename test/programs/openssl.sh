# openssl: digests, ciphers, keys, signatures, certificates, and their verification.
set -eu
printf 'message' >m
for digest in md5 sha1 sha256 sha3-256 blake2b512; do openssl dgst -$digest -r m; done
openssl enc -aes-256-cbc -K $(printf '%064d' 1) -iv $(printf '%032d' 2) -in m | openssl base64
openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in m -out c; openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x -in c; echo
openssl genrsa -out rsa.pem 2048 2>/dev/null; openssl rsa -in rsa.pem -pubout -out rsa.pub 2>/dev/null
openssl dgst -sha256 -sign rsa.pem -out sig m; openssl dgst -sha256 -verify rsa.pub -signature sig m
openssl ecparam -genkey -name prime256v1 -noout -out ec.pem; openssl ec -in ec.pem -check -noout 2>&1 | grep -i valid
openssl genpkey -algorithm ed25519 -out ed.pem; openssl pkeyutl -sign -inkey ed.pem -rawin -in m | wc -c
openssl req -x509 -new -key rsa.pem -subj /CN=root -days 2 -out root.pem
openssl req -new -key ec.pem -subj /CN=leaf -out leaf.csr; openssl x509 -req -in leaf.csr -CA root.pem -CAkey rsa.pem -days 1 -set_serial 7 -out leaf.pem 2>/dev/null
openssl verify -CAfile root.pem leaf.pem; openssl x509 -in leaf.pem -noout -subject -issuer -serial
openssl rand -hex 16 | wc -c; openssl prime 1000003; printf x | openssl dgst -sha256 -hmac key; openssl version | cut -d' ' -f1
openssl verify leaf.pem >/dev/null 2>&1 || echo "untrusted: $?"
