/** Instead of AWS: an item for each POST, a large object for each GET, and whatever is sent is read. Tells its port. */
import { createServer } from 'node:http';
import { answer } from '../child.ts';

const ITEM = JSON.stringify({ Item: { pk: { S: 'one' }, text: { S: 'x'.repeat(300) }, count: { N: '7' } } });
const PIECE = Buffer.alloc(1024 * 1024, 'x');

const server = createServer((request, response) => {
  request.resume();
  const [, pieces] = /^\/large\/([0-9]+)$/.exec(request.url ?? '') ?? [];
  if (request.method !== 'GET' || pieces === undefined) {
    request.on('end', () =>
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': ITEM.length })
        .end(ITEM),
    );
    return;
  }
  response.writeHead(200, { 'content-length': Number(pieces) * PIECE.length });
  let left = Number(pieces);
  const more = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(PIECE)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  answer(typeof address === 'object' && address !== null ? address.port : 0);
});
process.once('disconnect', () => process.exit());
