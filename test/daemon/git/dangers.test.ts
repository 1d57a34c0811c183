/** Which settings of a repository run programs, and what wins over them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judge, parseSettings, type Setting } from '../../../daemon/git/dangers.js';
import { withoutCredentials } from '../../../daemon/git/url.js';

const local = (key: string, value: string | null = 'evil'): Setting => ({ scope: 'local', key, value });
const own = (key: string, value = 'mine'): Setting => ({ scope: 'global', key, value });

/** What `-c` is given for some settings of the repository. */
function check(settings: readonly Setting[], overrides: readonly string[], command = 'status'): void {
  assert.deepEqual([...judge(settings, command).overrides].sort(), [...overrides].sort());
}

test('a program of the repository gives way to the one of the user, else to one that does nothing', () => {
  check([local('core.sshcommand')], ['core.sshcommand=ssh']);
  check([own('core.sshcommand', 'ssh -v'), local('core.sshcommand')], ['core.sshcommand=ssh -v']);
  check([local('diff.a.b.textconv')], ['diff.a.b.textconv=cat']);
  check([local('diff.external'), local('diff.x.command')], ['diff.external=true', 'diff.x.command=true']);
  check([local('merge.x.driver')], ['merge.x.driver=false']);
  check([local('gpg.program'), local('gpg.ssh.program')], ['gpg.program=gpg', 'gpg.ssh.program=ssh-keygen']);
  check([local('hook.x.command')], ['hook.x.command=:', 'hook.x.enabled=false']);
  check([{ ...local('core.askpass'), scope: 'worktree' }], ['core.askpass=']);
  check([local('http.https://x.savecookies', 'true')], ['http.https://x.savecookies=false']);
});

test('what is the user s own, or runs nothing, stays', () => {
  check([own('core.sshcommand'), own('filter.x.clean'), own('credential.helper')], []);
  check([local('core.sshcommand', 'ssh -i ~/.ssh/work -o IdentitiesOnly=yes')], []);
  check([local('core.sshcommand', 'ssh -i x -o ProxyCommand=evil')], ['core.sshcommand=ssh']);
  check([local('core.sshcommand', 'ssh -i $(evil)')], ['core.sshcommand=ssh']);
  check([local('submodule.x.update', 'rebase'), local('submodule.y.update', null)], []);
  check([local('submodule.x.update', '!evil')], ['submodule.x.update=none']);
  check([local('credential.helper', 'store'), local('credential.helper', '')], []);
  check([local('user.name'), local('remote.origin.url'), local('branch.main.merge')], []);
  check([local('alias.st', '!evil'), local('alias.status2', '!evil')], []);
  check([local('alias.status', '!evil')], ['alias.status=']);
});

test('a filter that does nothing is not required to do something', () => {
  check([local('filter.x.clean')], ['filter.x.clean=', 'filter.x.required=false']);
  check([local('filter.x.process'), own('filter.x.required', 'true')], ['filter.x.process=', 'filter.x.required=true']);
});

test('the commands of git-lfs stay as they are, unless git-lfs would run a program of the repository', () => {
  const lfs = [
    local('filter.lfs.clean', 'git-lfs clean -- %f'),
    local('filter.lfs.smudge', 'git-lfs smudge --skip -- %f'),
    local('filter.lfs.process', 'git-lfs filter-process'),
  ];
  check(lfs, []);
  check([local('filter.lfs.clean', 'git-lfs clean -- %f; evil')], ['filter.lfs.clean=', 'filter.lfs.required=false']);
  const off = ['filter.lfs.clean=', 'filter.lfs.smudge=', 'filter.lfs.process=', 'filter.lfs.required=false'];
  check([...lfs, local('lfs.customtransfer.x.path')], off);
  check([...lfs.map((setting) => ({ ...setting, scope: 'global' })), local('lfs.extension.x.clean')], off);
  check(
    [own('filter.big.process', 'git-lfs filter-process'), local('lfs.customtransfer.x.path')],
    ['filter.big.process=', 'filter.big.required=false'],
  );
});

test('with a foreign credential helper there is none', () => {
  check([own('credential.helper', 'store'), local('credential.https://x.helper', '!evil')], ['credential.helper=']);
});

test('where git takes the first value there is no way but no, and only when it would be read', () => {
  const sends = local('remote.origin.uploadpack');
  const refused = (settings: readonly Setting[], command: string) => judge(settings, command).refused;
  assert.equal(refused([sends], 'fetch'), 'remote.origin.uploadpack');
  assert.equal(refused([sends], 'status'), undefined);
  assert.equal(refused([sends, local('remote.origin.promisor', 'true')], 'status'), 'remote.origin.uploadpack');
  assert.equal(refused([sends, local('extensions.partialclone', 'origin')], 'log'), 'remote.origin.uploadpack');
  assert.equal(refused([local('remote.origin.uploadpack', 'git-upload-pack')], 'fetch'), undefined);
  assert.equal(refused([local('remote.origin.vcs', 'hg')], 'fetch'), 'remote.origin.vcs');
  assert.equal(refused([local('gc.recentobjectshook')], 'gc'), 'gc.recentobjectshook');
  assert.equal(refused([local('gc.recentobjectshook')], 'fetch'), undefined);
});

test('the proxy of the repository is kept off by a variable', () => {
  const { environment, overrides } = judge([local('core.gitproxy')], 'fetch');
  assert.deepEqual([environment, overrides], [{ GIT_PROXY_COMMAND: '' }, []]);
});

test('a key that cannot be said on a command line is refused, and so are too many', () => {
  assert.equal(judge([local('filter.a=b.clean')], 'status').refused, 'filter.a=b.clean');
  const many = Array.from({ length: 150 }, (_, i) => local(`filter.x${i}.clean`));
  assert.equal(judge(many.slice(0, 100), 'status').refused, undefined);
  assert.notEqual(judge(many, 'status').refused, undefined);
});

test('what is not followed is told by its key', () => {
  const settings = [local('filter.x.clean'), local('core.gitproxy'), local('credential.helper'), own('gpg.program')];
  assert.deepEqual(judge(settings, 'status').ignored, ['filter.x.clean', 'core.gitproxy', 'credential.helper']);
});

test('settings are read as they are, whatever their values hold', () => {
  const text = fc.string().map((text) => text.replaceAll('\0', ''));
  const key = text.map((text) => `a.${text.replaceAll('\n', '')}.b`);
  const setting = fc.record(
    { scope: fc.constantFrom('local', 'global'), key, value: fc.option(text) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(setting), (settings) => {
      const printed = settings.map(
        ({ scope, key, value }) => `${scope}\0${key}${value === null ? '' : `\n${value}`}\0`,
      );
      assert.deepEqual(parseSettings(printed.join('')), settings);
    }),
  );
});

test('addresses are shown without what opens them', () => {
  const shown: [string, string][] = [
    ['https://github.com/a/b.git', 'https://github.com/a/b.git'],
    ['https://ann:secret@github.com/a/b', 'https://github.com/a/b'],
    ['https://ghp_token@github.com/a/b', 'https://github.com/a/b'],
    ['https://gitlab.com/a/b?private_token=x#y', 'https://gitlab.com/a/b'],
    ['https://ann:p@ss@host/x', 'https://host/x'],
    ['HTTP://u:p@host/x', 'HTTP://host/x'],
    ['ssh://git:secret@host:22/x', 'ssh://git@host:22/x'],
    ['ssh://git@host/x', 'ssh://git@host/x'],
    ['git@github.com:a/b.git', 'git@github.com:a/b.git'],
    ['codecommit::https://u:p@host/x', 'codecommit::https://host/x'],
    ['/srv/a@b/x', '/srv/a@b/x'],
    ['../x', '../x'],
  ];
  assert.deepEqual(
    shown.map(([url]) => [url, withoutCredentials(url)]),
    shown,
  );
});
