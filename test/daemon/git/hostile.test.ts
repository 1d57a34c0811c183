/** Repositories that would have git run a program of theirs: plain git does, the daemon's does not. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { createGit } from '../../../daemon/git/index.js';
import { type Place, placeFor, type TestRepository } from '../../support/repository.js';

interface Trap {
  readonly place: Place;
  readonly repository: TestRepository;
  /** A program that leaves the canary. */
  readonly evil: string;
  /** Makes a program of the same kind elsewhere. */
  plant(path: string): void;
  /** Runs when the test is over. */
  after(undo: () => void): void;
}

interface Case {
  /** Resolves with commands that would run the program, in the repository or the directory they name. */
  readonly set: (trap: Trap) => Commands | Promise<Commands>;
  /** The key it is refused for; otherwise the commands run, and the program does not. */
  readonly refused?: string;
  /** Variables the daemon itself was started with. */
  readonly environment?: (trap: Trap) => Record<string, string>;
}

type Commands = readonly (readonly string[])[];

/** Something to look at: two branches, a file that has changed. */
function prepare(repository: TestRepository): void {
  repository.commit({ 'file.txt': 'one\n', 'a.png': 'one\n' });
  repository.git('branch', 'other');
  repository.commit({ 'file.txt': 'two\n' });
}

const ADD = ['worktree', 'add', '--detach', '../made', 'HEAD'];

const cases: Record<string, Case> = {
  'core.fsmonitor': {
    set({ repository, evil }) {
      repository.git('config', 'core.fsmonitor', evil);
      return [['status']];
    },
  },
  'core.hooksPath': {
    set({ repository, plant }) {
      for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
        plant(join(repository.path, 'hooks', hook));
      }
      repository.git('config', 'core.hooksPath', 'hooks');
      return [ADD, ['update-ref', 'refs/heads/new', 'HEAD'], ['status']];
    },
  },
  'hooks where they usually are': {
    set({ repository, plant }) {
      plant(join(repository.path, '.git/hooks/post-checkout'));
      return [ADD];
    },
  },
  'a filter that smudges': {
    set({ repository, evil }) {
      repository.commit({ '.gitattributes': '* filter=evil\n' });
      repository.git('config', 'filter.evil.smudge', evil);
      repository.git('config', 'filter.evil.required', 'true');
      return [ADD];
    },
  },
  'a filter that cleans': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* filter=evil\n', 'file.txt': 'one\n' });
      repository.git('config', 'filter.evil.clean', evil);
      return [['status'], ['diff']];
    },
  },
  'a filter that is a process': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* filter=evil\n', 'file.txt': 'one\n' });
      repository.git('config', 'filter.evil.process', evil);
      return [['status']];
    },
  },
  'a filter named as the usual one': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* filter=lfs\n', 'file.txt': 'one\n' });
      repository.git('config', 'filter.lfs.clean', `git-lfs clean -- %f; ${evil}`);
      return [['status']];
    },
  },
  'a textconv': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* diff=evil\n', 'file.txt': 'three\n' });
      repository.git('config', 'diff.evil.textconv', evil);
      return [['diff'], ['log', '-p'], ['show'], ['blame', 'file.txt'], ['grep', '--textconv', 't']];
    },
  },
  'a program that shows differences': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '*.png diff=evil\n', 'file.txt': 'three\n', 'a.png': 'three\n' });
      repository.git('config', 'diff.external', evil);
      repository.git('config', 'diff.evil.command', evil);
      return [['diff'], ['diff-files', '-p'], ['show', '--ext-diff'], ['log', '-p', '--ext-diff']];
    },
  },
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
  'gpg.program': {
    set({ repository, evil }) {
      const [head, message] = repository.git('cat-file', 'commit', 'HEAD').split('\n\n');
      repository.write({
        signed: `${head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n${message}\n`,
      });
      const commit = repository.git('hash-object', '-t', 'commit', '-w', 'signed');
      repository.git('config', 'gpg.program', evil);
      repository.git('config', 'log.showSignature', 'true');
      return [
        ['log', commit],
        ['log', '--format=%G?', commit],
      ];
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
  'a submodule that watches': {
    set({ repository, evil }) {
      const inner = embedded(repository);
      inner.git('config', 'core.fsmonitor', evil);
      return [['status', '--porcelain=v2'], ['diff']];
    },
  },
  'a submodule that filters': {
    set({ repository, evil }) {
      const inner = embedded(repository);
      inner.write({ '.git/info/attributes': '* filter=evil\n', 'in.txt': 'two\n' });
      inner.git('config', 'filter.evil.clean', evil);
      return [['status', '--porcelain=v2'], ['diff']];
    },
  },
  'a submodule of a submodule that filters': {
    set({ place, repository, evil }) {
      const inner = embedded(place.at(embedded(repository).path));
      inner.write({ '.git/info/attributes': '* filter=evil\n', 'in.txt': 'two\n' });
      inner.git('config', 'filter.evil.clean', evil);
      return [['status', '--porcelain=v2']];
    },
  },
  'a file that is included': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* filter=evil\n', 'file.txt': 'one\n' });
      repository.write({ settings: `[filter "evil"]\n\tclean = ${evil}\n` });
      repository.git('config', 'includeIf.onbranch:main.path', '../settings');
      return [['status']];
    },
  },
  'the configuration of one worktree': {
    set({ repository, evil }) {
      repository.write({ '.gitattributes': '* filter=evil\n', 'file.txt': 'one\n' });
      repository.git('config', 'extensions.worktreeConfig', 'true');
      repository.git('config', '--worktree', 'filter.evil.clean', evil);
      return [['status']];
    },
  },
  'a repository in a folder of files': {
    set({ place, repository, evil }) {
      const bare = place.init('repo/docs', '--bare');
      repository.git('push', '--quiet', bare.path, 'main');
      for (const [key, value] of Object.entries({ bare: 'false', worktree: '.', fsmonitor: evil })) {
        bare.git('config', `core.${key}`, value);
      }
      return [['-C', 'docs', 'status']];
    },
    refused: 'core.worktree',
  },
  'a driver for merges': {
    set({ repository, evil }) {
      repository.git('checkout', '--quiet', 'other');
      repository.commit({ '.gitattributes': '* merge=evil\n', 'file.txt': 'three\n' });
      repository.git('config', 'merge.evil.driver', evil);
      return [
        ['merge', 'main'],
        ['merge', '--abort'],
      ];
    },
  },
  'a program for trailers': {
    set({ repository, evil }) {
      repository.git('config', 'trailer.evil.command', evil);
      repository.write({ message: 'words\n\nevil: x\n' });
      return [['interpret-trailers', 'message']];
    },
  },
  'a format of archives': {
    set({ repository, evil }) {
      repository.git('config', 'tar.evil.command', evil);
      return [['archive', '--format=evil', 'HEAD']];
    },
  },
  'an editor and a pager': {
    set({ repository, evil }) {
      for (const key of ['core.editor', 'sequence.editor', 'core.pager', 'pager.status'])
        repository.git('config', key, evil);
      return [['commit', '--amend'], ['status']];
    },
  },
  'an alias': {
    set({ repository, evil }) {
      repository.git('config', 'alias.wt', `!${evil}`);
      repository.git('config', 'alias.status', `!${evil}`);
      return [['status'], ['wt']];
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
};

/** A repository inside another, recorded as a submodule. */
function embedded(outer: TestRepository): TestRepository {
  const path = join(outer.path, 'sub');
  outer.git('init', '--quiet', 'sub');
  const inner: TestRepository = { ...outer, path, git: (...args) => outer.git('-C', path, ...args) };
  outer.write({ 'sub/in.txt': 'one\n' });
  inner.git('add', '.');
  inner.git('commit', '--quiet', '-m', 'inside');
  outer.git('add', 'sub');
  outer.git('commit', '--quiet', '-m', 'with it');
  return {
    ...inner,
    write: (files) =>
      outer.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`sub/${name}`, text]))),
  };
}

/** A server that wants a password. */
async function locked(after: Trap['after']): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const [what, { set, refused: key, environment }] of Object.entries(cases)) {
  test(`${what}: plain git runs it, the daemon's git does not`, async (t) => {
    const place = placeFor(t);
    const canary = join(place.folder, 'canary');
    const plant = (path: string) => {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, `#!/bin/sh\n: >'${canary}'\n`, { mode: 0o755 });
    };
    const evil = join(place.folder, 'evil');
    plant(evil);
    const repository = place.init('repo');
    prepare(repository);
    const trap: Trap = { place, repository, evil, plant, after: (undo) => t.after(undo) };
    const commands = await set(trap);
    const variables = { ...place.environment, ...environment?.(trap) };
    const git = createGit({ environment: variables, umask: 0o022 });

    const seen: unknown[] = [];
    for (const [first = '', ...rest] of commands) {
      const inside = first === '-C' ? join(repository.path, rest.shift()!) : repository.path;
      const args = first === '-C' ? rest : [first, ...rest];
      await git.run(inside, args, { writes: true, timeoutMs: 5000 }).catch((error: unknown) => seen.push(error));
      assert.equal(existsSync(canary), false, `${args.join(' ')} ran it`);
    }
    const codes = seen.map((error) => (error instanceof RpcError ? error.data.code : error));
    assert.deepEqual(
      codes.filter((code) => code !== 'GIT_FAILED' && code !== 'UNSAFE_REPOSITORY'),
      [],
    );
    assert.equal(codes.includes('UNSAFE_REPOSITORY'), key !== undefined, codes.join());
    for (const error of seen as RpcError[]) {
      if (error.data.code === 'UNSAFE_REPOSITORY') assert.deepEqual(error.data.details, { key });
    }

    rmSync(join(place.folder, 'made'), { recursive: true, force: true });
    rmSync(join(repository.path, '.git/worktrees'), { recursive: true, force: true });
    for (const args of commands) await plainly(repository.path, args, variables);
    assert.equal(existsSync(canary), true, 'nothing was at stake');
  });
}

function plainly(cwd: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve) => {
    const child = execFile('git', args, { cwd, env, timeout: 5000 }, () => resolve());
    child.stdin?.end();
  });
}
