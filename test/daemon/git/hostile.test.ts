/** What a repository's own configuration would have run: plain git does, the daemon's does not. */
import { join } from 'node:path';
import { springTraps } from '../../support/hostile.js';
import type { TestRepository } from '../../support/repository.js';

const ADD = ['worktree', 'add', '--detach', '../made', 'HEAD'];

springTraps({
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
});

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
