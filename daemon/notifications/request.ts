/** One POST, on a connection of its own: no redirect is followed, no proxy asked, and nothing but the status is read. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted when it has taken too long. */
  readonly signal: AbortSignal;
}

/** Resolves with the status of the answer, whatever it is. Rejects when there is none. */
export function post({ url, headers, body, signal }: Post): Promise<number> {
  const secure = url.protocol === 'https:';
  const length = String(Buffer.byteLength(body));
  const options: RequestOptions = { method: 'POST', signal, headers: { ...headers, 'Content-Length': length } };
  return new Promise((resolve, reject) => {
    const sent = secure
      ? httpsRequest(url, { ...options, agent: new HttpsAgent() })
      : httpRequest(url, { ...options, agent: new HttpAgent() });
    const answered = ({ statusCode }: IncomingMessage) => {
      resolve(statusCode ?? 0);
      // What else it has to say may have no end.
      sent.destroy();
    };
    sent.once('response', answered);
    // One that wants to talk otherwise than by HTTP has answered too; nothing else would tell of it.
    sent.once('upgrade', (answer, socket) => {
      answered(answer);
      socket.destroy();
    });
    // It may fail again once it has its answer.
    sent.on('error', reject);
    // Whatever else ends it must not be waited for.
    sent.once('close', () => reject(new Error('It ended without an answer.')));
    sent.end(body);
  });
}
