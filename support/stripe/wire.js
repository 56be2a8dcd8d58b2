// Puts an answer on the wire, whole or the way a fault breaks it.

const READING_MS = 20;

const ways = {
  whole(res, answer) {
    head(res, answer);
    res.end(answer.body);
  },

  /** Destroys the connection with a RST, after a part of the headers or of the body where `partial` says so. */
  reset(res, answer, { partial }) {
    const { socket } = res;
    const destroy = () => socket.resetAndDestroy();
    const destroySoon = () => soon(socket, destroy);
    if (partial === "headers") socket.write("HTTP/1.1 200 OK\r\nContent-Type: appl", destroySoon);
    else if (partial === "body") half(res, answer, destroySoon);
    else destroy();
  },

  /** Half of the body that was promised, and the end of the connection. */
  truncate(res, answer) {
    half(res, answer, () => res.socket?.destroySoon());
  },

  hang() {},

  "hang-body"(res, answer) {
    half(res, answer);
  },
};

function head(res, { status, body, headers }) {
  res.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
}

function half(res, answer, done) {
  head(res, answer);
  const bytes = Buffer.from(answer.body);
  res.write(bytes.subarray(0, bytes.length / 2), done);
}

/** Gives the client the time to read what has been sent: a RST takes away what has not been read. */
function soon(socket, work) {
  const timer = setTimeout(work, READING_MS);
  socket.once("close", () => clearTimeout(timer));
}

/** Does the client learn the status? */
const showsStatus = (fault) =>
  !fault || (fault.kind !== "hang" && (fault.kind !== "reset" || fault.partial === "body"));

function send(res, answer, fault) {
  const way = ways[fault?.kind] ?? ways.whole;
  way(res, answer, fault);
}

module.exports = { send, showsStatus };
