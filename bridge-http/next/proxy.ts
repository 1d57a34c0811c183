/** Next.js 16 in front of rdv: hands its requests, events and terminals to the bridge. Put it beside `app/` as `proxy.ts`. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type NextRequest, NextResponse } from 'next/server';

export const config = { matcher: ['/api/:path*', '/ws', '/ws/:path*'] };

/** For whom the request is made; undefined for nobody. Ask your own log-in here. */
async function userOf(_request: NextRequest): Promise<string | undefined> {
  return process.env.RDV_USER;
}

export async function proxy(request: NextRequest): Promise<NextResponse> {
  const headers = new Headers(request.headers);
  // Only what is set below is to be believed.
  for (const name of [...headers.keys()]) if (/^x[-_]rdv[-_]/i.test(name)) headers.delete(name);
  const user = await userOf(request);
  // Without a user it goes on without a token, and the bridge refuses: an upgrade refused here would hang.
  if (user !== undefined) {
    headers.set('x-rdv-service-token', textOf('server/service-token') ?? '');
    headers.set('x-rdv-user-id', user);
  }
  const port = textOf('run/bridge.port');
  if (port === undefined) return away(request);
  const { pathname, search } = request.nextUrl;
  return NextResponse.rewrite(`http://127.0.0.1:${port}${pathname}${search}`, { request: { headers } });
}

/** Read at each request: both change while this runs. Told to the tracer as nothing of the build. */
function textOf(file: string): string | undefined {
  const home = process.env.REMOTE_DEV_DIR || join(/* turbopackIgnore: true */ homedir(), '.remote-dev');
  try {
    return readFileSync(/* turbopackIgnore: true */ join(/* turbopackIgnore: true */ home, file), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A page's EventSource asks no more after an error, so it is told to ask again. */
function away(request: NextRequest): NextResponse {
  if (request.headers.get('accept')?.includes('text/event-stream')) {
    return new NextResponse('retry: 1000\n\n', { headers: { 'content-type': 'text/event-stream' } });
  }
  const error = 'The bridge does not run, or listens on no port: set bridge.tcp and run `rdv bridge start`.';
  return NextResponse.json({ error, code: 'RDV_UNAVAILABLE' }, { status: 503 });
}
