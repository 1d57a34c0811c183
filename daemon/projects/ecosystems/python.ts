/** Python projects: pyproject.toml, requirements, Pipfile. */
import {
  type Commands,
  commands,
  type Dependency,
  depends,
  type Ecosystem,
  type Facts,
  type Manifest,
} from './ecosystem.js';
import { nameOf, type Seen } from './seen.js';
import { dependenciesIn, dependency, type Fields, fieldsOf, linesOf, listOf, readToml, word } from './text.js';

export const python: Ecosystem = {
  name: 'python',
  languages: ['Python', 'Jupyter Notebook'],
  manifests: ['pyproject.toml', 'Pipfile', 'requirements*.txt', 'requirements/*.txt'],
  marks: ['setup.py', 'setup.cfg', 'environment.yml', 'manage.py'],
  locks: [
    ['uv.lock', 'uv'],
    ['poetry.lock', 'poetry'],
    ['pdm.lock', 'pdm'],
    ['Pipfile.lock', 'pipenv'],
    ['Pipfile', 'pipenv'],
    ['pixi.lock', 'pixi'],
    ['environment.yml', 'conda'],
  ],
  manager: 'pip',
  read(text, path) {
    if (path.endsWith('.txt')) return readRequirements(text, isDev(nameOf(path)));
    const fields = readToml(text);
    return fields && (path.endsWith('Pipfile') ? readPipfile(fields) : readProject(fields));
  },
  commands(facts: Facts): Commands {
    const { packageManager, testRunner, manifest, seen } = facts;
    const inside = ['poetry', 'uv', 'pipenv', 'pdm', 'pixi'].includes(packageManager ?? '')
      ? `${packageManager} run `
      : '';
    const dev = serve(facts);
    return commands({
      install: install(packageManager, seen),
      dev: dev && inside + dev,
      test:
        testRunner !== null &&
        inside +
          (testRunner === 'unittest'
            ? 'python -m unittest'
            : testRunner === 'django'
              ? 'python manage.py test'
              : testRunner),
      build: manifest.traits.includes('library') && build(packageManager),
    });
  },
};

const installs: Readonly<Record<string, string>> = {
  uv: 'uv sync',
  poetry: 'poetry install',
  pdm: 'pdm install',
  pipenv: 'pipenv install --dev',
  pixi: 'pixi install',
  conda: 'conda env update -f environment.yml',
};

function install(manager: string | null, seen: Seen): string | undefined {
  if (manager !== null && installs[manager]) return installs[manager];
  if (seen.has('requirements.txt')) return 'pip install -r requirements.txt';
  return seen.has('pyproject.toml', 'setup.py') ? 'pip install -e .' : undefined;
}

function build(manager: string | null): string {
  return manager === 'uv' || manager === 'poetry' || manager === 'pdm' ? `${manager} build` : 'python -m build';
}

function serve({ framework, seen, manifest }: Facts): string | undefined {
  const file = seen.first('main.py', 'app/main.py', 'src/main.py', 'app.py', 'api/main.py');
  if (framework === 'Django') return 'python manage.py runserver';
  if (framework === 'Flask') return seen.has('app.py', 'wsgi.py') || !file ? 'flask run' : `flask --app ${file} run`;
  if (framework === 'Streamlit' && file) return `streamlit run ${file}`;
  if (framework !== 'FastAPI' && framework !== 'Starlette') return undefined;
  if (framework === 'FastAPI' && !depends(manifest, 'uvicorn')) return file ? `fastapi dev ${file}` : 'fastapi dev';
  return file && `uvicorn ${file.slice(0, -3).replaceAll('/', '.')}:app --reload`;
}

function readRequirements(text: string, dev: boolean): Manifest {
  return { dependencies: linesOf(text).flatMap((line) => requirement(line.split(/\s#|^#/)[0], dev)) };
}

/** `name[extra]>=1.0 ; marker`, or `name @ url`; options and paths are none. */
function requirement(given: unknown, dev: boolean): Dependency[] {
  const [plain = ''] = (word(given) ?? '').split(';');
  const found = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(plain.trim());
  if (!found || /^[/\\:]/.test(found[2]!)) return [];
  const version = found[2]!
    .replace(/^\(|\)$/g, '')
    .split(' --hash')[0]!
    .replace(/^@\s*/, '')
    .trim();
  return dependency(found[1], version, dev);
}

const requirements = (list: unknown, dev: boolean) => listOf(list).flatMap((each) => requirement(each, dev));

const isDev = (group: string) => /dev|test|lint|doc|type/i.test(group);

function readProject(fields: Fields): Manifest {
  const project = fieldsOf(fields.project);
  const tool = fieldsOf(fields.tool);
  const poetry = fieldsOf(tool.poetry);
  const name = word(project.name) ?? word(poetry.name);
  const backend = word(fieldsOf(fields['build-system'])['build-backend']);
  const scripts = { ...fieldsOf(project.scripts), ...fieldsOf(poetry.scripts) };
  const groups = Object.entries({ ...fieldsOf(fields['dependency-groups']) });
  const extras = Object.entries(fieldsOf(project['optional-dependencies']));
  return {
    ...(name !== undefined && { name }),
    ...managerOf(tool, backend),
    dependencies: [
      ...requirements(project.dependencies, false),
      ...dependenciesIn(poetry.dependencies, false).filter((each) => each.name !== 'python'),
      ...extras.flatMap(([extra, list]) => requirements(list, isDev(extra))),
      ...groups.flatMap(([, list]) => requirements(list, true)),
      ...Object.values(fieldsOf(poetry.group)).flatMap((group) => dependenciesIn(fieldsOf(group).dependencies, true)),
      ...dependenciesIn(poetry['dev-dependencies'], true),
      ...requirements(fieldsOf(tool.uv)['dev-dependencies'], true),
    ],
    plugins: [
      ...Object.keys(tool).map((table) => `tool.${table}`),
      ...(backend === undefined ? [] : [`build:${backend}`]),
    ],
    traits: [
      ...(fieldsOf(tool.uv).workspace === undefined ? [] : (['workspace'] as const)),
      ...(Object.keys(scripts).length > 0 ? (['program'] as const) : []),
      ...(backend === undefined ? [] : (['library'] as const)),
    ],
  };
}

function managerOf(tool: Fields, backend: string | undefined): Pick<Manifest, 'packageManager'> {
  if (tool.poetry !== undefined || backend?.startsWith('poetry')) return { packageManager: 'poetry' };
  if (tool.uv !== undefined || backend === 'uv_build') return { packageManager: 'uv' };
  if (tool.pdm !== undefined) return { packageManager: 'pdm' };
  return {};
}

function readPipfile(fields: Fields): Manifest {
  return {
    dependencies: [...dependenciesIn(fields.packages, false), ...dependenciesIn(fields['dev-packages'], true)].map(
      (each) => (each.version === '*' ? { ...each, version: null } : each),
    ),
  };
}
