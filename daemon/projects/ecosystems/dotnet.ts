/** .NET projects: csproj, fsproj, vbproj, solutions. */
import { commands, type Ecosystem, type Manifest } from './ecosystem.js';
import type { Seen } from './seen.js';
import { dependency } from './text.js';

export const dotnet: Ecosystem = {
  name: 'dotnet',
  languages: ['C#', 'F#', 'Visual Basic'],
  manifests: ['*.csproj', '*.fsproj', '*.vbproj', 'Directory.Packages.props'],
  marks: ['*.sln', '*.slnx'],
  everywhere: true,
  locks: [],
  manager: 'nuget',
  read,
  commands: ({ seen }) =>
    commands({
      install: 'dotnet restore',
      dev: run(seen),
      test: 'dotnet test',
      build: 'dotnet build',
    }),
};

/** The only program among the projects; of several nobody knows which. */
function run({ texts }: Seen): string | undefined {
  const projects = [...texts].filter(
    ([path, text]) => /\.\w+proj$/.test(path) && read(text)?.traits?.includes('program'),
  );
  const [path] = projects[0] ?? [];
  if (projects.length !== 1 || path === undefined || !/^[\w./-]+$/.test(path)) return undefined;
  return path.includes('/') ? `dotnet run --project ${path.slice(0, path.lastIndexOf('/'))}` : 'dotnet run';
}

function read(text: string): Manifest | undefined {
  if (!text.includes('<Project')) return undefined;
  const sdk = /<Project\s+Sdk="([^"]{1,200})"/.exec(text)?.[1] ?? '';
  const isProgram = /<OutputType>\s*(Exe|WinExe)\s*</i.test(text) || /\.(Web|Worker|BlazorWebAssembly)$/.test(sdk);
  const uses = ['UseWPF', 'UseWindowsForms', 'UseMaui'].filter((flag) =>
    new RegExp(`<${flag}>\\s*true`, 'i').test(text),
  );
  const references = text.split(/<Package(?:Reference|Version)\s/).slice(1);
  return {
    dependencies: references.flatMap((reference) => {
      const tag = reference.slice(0, 500).split('>', 1)[0]!;
      return dependency(
        /\bInclude="([^"]+)"/.exec(tag)?.[1],
        /\bVersion="([^"]+)"/.exec(tag)?.[1],
        /\b(xunit|nunit|mstest|Microsoft\.NET\.Test|coverlet)/i.test(tag),
      );
    }),
    plugins: [sdk, ...uses].filter((plugin) => plugin !== ''),
    traits: isProgram ? ['program'] : [],
  };
}
