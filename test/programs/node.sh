# nodejs: files, streams, timers, workers, child processes, crypto, compression, Unix sockets, WebAssembly.
cat >program.js <<'END'
const { createHash, generateKeyPairSync, sign, verify } = require("node:crypto");
const fs = require("node:fs"), net = require("node:net"), zlib = require("node:zlib"), assert = require("node:assert");
const { execFileSync, spawn } = require("node:child_process"), { Worker, isMainThread, parentPort } = require("node:worker_threads");
if (!isMainThread) parentPort.on("message", (n) => { let sum = 0; for (let i = 0; i < n; i++) sum += i; parentPort.postMessage(sum); parentPort.close(); });
else main().then(() => { process.exitCode = 3; });
async function main() {
  console.log([1, 2, 3].map((x) => x ** 2), 2n ** 100n, JSON.stringify({ a: [null, "é"] }));
  console.log(createHash("sha256").update("x").digest("hex"));
  fs.writeFileSync("file", "line\n".repeat(1000)); console.log(fs.statSync("file").size, (await fs.promises.readFile("file", "utf8")).split("\n").length);
  let streamed = 0; for await (const chunk of fs.createReadStream("file", { highWaterMark: 777 })) streamed += chunk.length; console.log(streamed);
  const packed = zlib.gzipSync(Buffer.alloc(100000)); console.log(zlib.gunzipSync(packed).length, zlib.brotliDecompressSync(zlib.brotliCompressSync("brotli")).toString());
  console.log(execFileSync("sh", ["-c", "echo child"]).toString().trim());
  const child = spawn("cat"); child.stdin.end("piped"); let out = ""; for await (const chunk of child.stdout) out += chunk; console.log(out, await new Promise((r) => child.exitCode === null ? child.on("exit", r) : r(child.exitCode)));
  const worker = new Worker(__filename); worker.postMessage(1000000); console.log(await new Promise((r) => worker.on("message", r)));
  const server = net.createServer((s) => s.pipe(s)).listen("socket"); await new Promise((r) => server.on("listening", r));
  const socket = net.connect("socket"); socket.end("over a socket"); let back = ""; for await (const chunk of socket) back += chunk; console.log(back); server.close();
  const order = []; setTimeout(() => order.push("timeout"), 10); setImmediate(() => order.push("immediate")); process.nextTick(() => order.push("tick")); queueMicrotask(() => order.push("microtask")); await new Promise((r) => setTimeout(r, 50)); console.log(order.join(" "));
  const { publicKey, privateKey } = generateKeyPairSync("ed25519"); console.log(verify(null, "m", publicKey, sign(null, Buffer.from("m"), privateKey)));
  const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
  console.log((await WebAssembly.instantiate(wasm)).instance.exports.add(40, 2)); process.on("SIGUSR2", () => console.log("signal")); process.kill(process.pid, "SIGUSR2"); await new Promise((r) => setTimeout(r, 50));
  let x = 0; for (let i = 0; i < 5e6; i++) x = (x * 31 + i) | 0; console.log(x); assert.throws(() => fs.readFileSync("missing"), { code: "ENOENT" });
}
END
exec node program.js
