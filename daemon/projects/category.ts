/** What kind of thing a project is. */
import type { Project } from '#protocol';
import { depends, type Merged, type Trait } from './ecosystems/ecosystem.js';
import type { Seen } from './ecosystems/seen.js';
import type { Language } from './languages.js';

type Category = Project['category'];

/** Packages that give a project away which has no framework; the first that is there counts. */
const byPackage: readonly (readonly [Category, string])[] = [
  ['mobile', 'cocoapods'],
  [
    'desktop',
    'gtk4 iced eframe egui tauri PyQt6 PyQt5 PySide6 SDL2 raylib Avalonia fyne.io/fyne/v2 github.com/wailsapp/wails/v2',
  ],
  [
    'api',
    'warp hyper-util tonic poem poem-openapi net/http github.com/gorilla/mux google.golang.org/grpc grpcio apollo-server @apollo/server graphql-yoga @trpc/server plug_cowboy bandit',
  ],
  [
    'data',
    'pandas numpy torch tensorflow scikit-learn polars jupyter notebook jupyterlab dbt-core apache-airflow pyspark',
  ],
  [
    'cli',
    'commander yargs oclif @oclif/core ink clap structopt click typer github.com/spf13/cobra github.com/urfave/cli/v2 thor optimist symfony/console System.CommandLine info.picocli:picocli',
  ],
];

/** Files of what is deployed rather than run. */
const infrastructure = [
  'Pulumi.yaml',
  'Chart.yaml',
  'ansible.cfg',
  'playbook.yml',
  'kustomization.yaml',
  'cdk.json',
  'serverless.yml',
  'terragrunt.hcl',
  'helmfile.yaml',
];

export interface Look {
  readonly seen: Seen;
  readonly manifest: Merged;
  readonly languages: readonly Language[];
  readonly primaryLanguage: string | null;
}

export function categoryOf({ seen, manifest, languages, primaryLanguage }: Look): Category {
  const has = (trait: Trait) => manifest.traits.includes(trait);
  if (primaryLanguage === 'HCL' || seen.has(...infrastructure)) return 'infrastructure';
  const found = byPackage.find(([, packages]) => depends(manifest, ...packages.split(' ')))?.[0];
  if (found === 'desktop' || found === 'mobile') return found;
  // What can be installed and run is a program, whatever it is made of.
  if (has('program') && !has('workspace')) return 'cli';
  if (found && found !== 'data') return found;
  if (seen.has('src/main.rs', 'main.go', 'main.c', 'main.cpp', 'src/main.c', 'src/main.cpp', 'cli.py')) return 'cli';
  if (seen.under('cmd') && primaryLanguage === 'Go') return 'cli';
  if (has('library') || seen.has('src/lib.rs', 'setup.py')) return 'library';
  if (found === 'data' || languages.some(({ name, percent }) => name === 'Jupyter Notebook' && percent >= 30))
    return 'data';
  if (seen.has('index.html', 'public/index.html', 'src/index.html')) return 'web';
  return primaryLanguage === 'Go' ? 'library' : 'unknown';
}
