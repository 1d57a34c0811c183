/** `GET /api/openapi.json`: the document of this build, the same for everybody. */
import { openApi } from '#protocol/openapi';
import type { Endpoint } from './http/exchange.js';
import { Rendered } from './http/reply.js';

/** Made when first asked for: most bridges never are. */
export function createDocument(): Endpoint {
  let kept: Rendered | undefined;
  return async () => {
    kept ??= new Rendered(openApi());
    return { status: 200, body: kept };
  };
}
