/** What a repository's own configuration would have run when a remote is asked: plain git does, the daemon's does not. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { springTraps, type Trap } from '../../support/hostile.js';

springTraps({
  'core.sshCommand': {
    set({ repository, evil }) {
      repository.git('config', 'core.sshCommand', evil);
      repository.git('remote', 'add', 'origin', 'ssh://127.0.0.1:1/x');
      return [['fetch', 'origin']];
    },
  },
  'core.gitProxy': {
    set({ repository, evil }) {
      repository.git('config', 'core.gitProxy', evil);
      repository.git('remote', 'add', 'origin', 'git://127.0.0.1:1/x');
      return [['fetch', 'origin']];
    },
  },
  'an ext:: address': {
    set({ repository, evil }) {
      repository.git('config', 'protocol.ext.allow', 'always');
      repository.git('remote', 'add', 'origin', `ext::${evil}`);
      return [['fetch', 'origin']];
    },
  },
  'an address that becomes ext::': {
    set({ repository, evil }) {
      repository.git('config', 'protocol.allow', 'always');
      repository.git('config', `url.ext::${evil} .insteadOf`, 'https://');
      repository.git('remote', 'add', 'origin', 'https://example.org/x');
      return [['fetch', 'origin']];
    },
  },
  'a program that sends': {
    set({ repository, evil }) {
      repository.git('remote', 'add', 'origin', repository.path);
      repository.git('config', 'remote.origin.uploadpack', evil);
      return [['fetch', 'origin']];
    },
    refused: 'remote.origin.uploadpack',
  },
  'a program that sends what is missing': {
    set({ repository, evil }) {
      const blob = repository.git('rev-parse', 'HEAD:file.txt');
      repository.git('remote', 'add', 'origin', repository.path);
      for (const [key, value] of Object.entries({
        'core.repositoryFormatVersion': '1',
        'extensions.partialClone': 'origin',
        'remote.origin.promisor': 'true',
        'remote.origin.uploadpack': evil,
      }))
        repository.git('config', key, value);
      rmSync(join(repository.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
      return [['cat-file', 'blob', blob]];
    },
    refused: 'remote.origin.uploadpack',
  },
  'a remote helper in the working tree': {
    set({ repository, plant }) {
      plant(join(repository.path, 'git-remote-evil'));
      repository.git('remote', 'add', 'origin', 'evil::x');
      return [['fetch', 'origin']];
    },
    environment: () => ({ PATH: `.:${process.env.PATH}:` }),
  },
  'a remote with a helper of its own': {
    set({ repository, evil }) {
      repository.git('remote', 'add', 'origin', evil);
      repository.git('config', 'remote.origin.vcs', 'ext');
      repository.git('config', 'protocol.allow', 'always');
      return [['fetch', 'origin']];
    },
    refused: 'remote.origin.vcs',
  },
  'a credential helper': {
    async set({ repository, evil, after }) {
      const url = await locked(after);
      repository.git('config', 'credential.helper', evil);
      repository.git('config', `credential.${url}.helper`, `!${evil}`);
      repository.git('remote', 'add', 'origin', `${url}/x`);
      return [['fetch', 'origin']];
    },
  },
  'core.askPass': {
    async set({ repository, evil, after }) {
      repository.git('config', 'core.askPass', evil);
      repository.git('remote', 'add', 'origin', `${await locked(after)}/x`);
      return [['fetch', 'origin']];
    },
  },
  'a program for refs of alternates': {
    set({ place, repository, evil }) {
      const other = place.init('lender');
      other.commit({ 'file.txt': 'lent\n' });
      repository.write({ '.git/objects/info/alternates': `${other.path}/.git/objects\n` });
      repository.git('remote', 'add', 'origin', place.init('source').path);
      place.at(join(place.folder, 'source')).commit({ x: 'x' });
      repository.git('config', 'core.alternateRefsCommand', evil);
      return [['fetch', 'origin']];
    },
  },
  'variables of whoever started the daemon': {
    set({ repository }) {
      repository.write({ 'file.txt': 'three\n' });
      repository.git('remote', 'add', 'origin', 'ssh://127.0.0.1:1/x');
      return [['diff', '--ext-diff'], ['fetch', 'origin'], ['status']];
    },
    environment: ({ evil }) => ({
      ...{ GIT_EXTERNAL_DIFF: evil, GIT_SSH_COMMAND: evil },
      ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: evil },
    }),
  },
});

/** A server that wants a password. */
async function locked(after: Trap['after']): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
