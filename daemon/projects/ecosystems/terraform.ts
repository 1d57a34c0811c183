/** Infrastructure as code: Terraform and OpenTofu. */
import { commands, type Dependency, type Ecosystem } from './ecosystem.js';
import { dependency, linesOf } from './text.js';

export const terraform: Ecosystem = {
  name: 'terraform',
  languages: ['HCL'],
  manifests: ['main.tf', 'versions.tf', 'providers.tf', 'terraform.tf'],
  marks: ['*.tf', '.terraform.lock.hcl'],
  locks: [],
  manager: 'terraform',
  read: (text) => ({ dependencies: read(text) }),
  commands: () => commands({ install: 'terraform init', test: 'terraform validate', build: 'terraform plan' }),
};

/** Providers and modules of a registry, each with the version that follows its source. */
function read(text: string): Dependency[] {
  const found: Dependency[] = [];
  let source: string | undefined;
  const flush = (version?: string) => {
    if (source !== undefined) found.push(...dependency(source, version, false));
    source = undefined;
  };
  for (const line of linesOf(text)) {
    const [, key, value = ''] = /^\s*(source|version)\s*=\s*"([^"]+)"/.exec(line) ?? [];
    if (key === 'source') {
      flush();
      if (/^[\w.-]+(\/[\w.-]+){1,3}$/.test(value) && !value.startsWith('.')) source = value;
    } else if (key === 'version') flush(value);
    else if (line.trim() === '}') flush();
  }
  flush();
  return found;
}
