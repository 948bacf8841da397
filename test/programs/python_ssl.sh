# python3 with ssl: a certificate is made, and a TLS handshake and data pass over a socket pair between two threads.
set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
exec python3 - <<'END'
import socket, ssl, threading
left, right = socket.socketpair()
server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain("cert.pem", "key.pem")
client_context = ssl.create_default_context(cafile="cert.pem")
def serve():
    with server_context.wrap_socket(left, server_side=True) as tls:
        total = 0
        while total < 1000000:
            total += len(tls.recv(65536))
        tls.sendall(b"received %d" % total)
thread = threading.Thread(target=serve)
thread.start()
with client_context.wrap_socket(right, server_hostname="localhost") as tls:
    print(tls.version(), tls.getpeercert()["subject"])
    tls.sendall(b"x" * 1000000)
    print(tls.recv(100))
thread.join()
print(ssl.HAS_TLSv1_3, len(ssl.RAND_bytes(32)))
END
