/** Java, Kotlin and Scala projects: Maven, Gradle, sbt. */
import {
  type Commands,
  commands,
  type Dependency,
  depends,
  type Ecosystem,
  type Facts,
  type Manifest,
} from './ecosystem.js';
import { dependency, fieldsOf, linesOf, readToml, word } from './text.js';

export const maven: Ecosystem = {
  name: 'maven',
  languages: ['Java', 'Kotlin', 'Scala'],
  manifests: ['pom.xml'],
  locks: [],
  manager: 'maven',
  read: readPom,
  commands({ seen, framework }) {
    const mvn = seen.has('mvnw') ? './mvnw' : 'mvn';
    const dev: Readonly<Record<string, string>> = {
      'Spring Boot': 'spring-boot:run',
      Quarkus: 'quarkus:dev',
      Micronaut: 'mn:run',
    };
    const goal = dev[framework ?? ''];
    return commands({
      install: `${mvn} dependency:resolve`,
      dev: goal && `${mvn} ${goal}`,
      test: `${mvn} test`,
      build: `${mvn} package`,
    });
  },
};

export const gradle: Ecosystem = {
  name: 'gradle',
  languages: ['Kotlin', 'Java', 'Groovy', 'Scala'],
  manifests: ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts', 'libs.versions.toml'],
  // The root says little: what a project is stands with its modules.
  everywhere: true,
  locks: [],
  manager: 'gradle',
  read(text, path) {
    if (path.endsWith('.toml')) return readCatalog(text);
    return /settings\.gradle(\.kts)?$/.test(path) ? readSettings(text) : readBuild(text);
  },
  commands: gradleCommands,
};

function gradleCommands({ seen, framework, manifest }: Facts): Commands {
  const gradlew = seen.has('gradlew') ? './gradlew' : 'gradle';
  const isAndroid = framework === 'Android';
  const dev =
    framework === 'Spring Boot'
      ? 'bootRun'
      : framework === 'Quarkus'
        ? 'quarkusDev'
        : depends(manifest, 'application') && 'run';
  return commands({
    dev: isAndroid ? `${gradlew} installDebug` : dev && `${gradlew} ${dev}`,
    test: `${gradlew} test`,
    build: `${gradlew} ${isAndroid ? 'assembleDebug' : 'build'}`,
  });
}

/** The text of the first element of this name. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start);
  return end < 0 ? undefined : word(xml.slice(start + name.length + 2, end));
}

function readPom(text: string): Manifest | undefined {
  if (!text.includes('<project')) return undefined;
  const plain = withoutParts(withoutParts(text, '<!--', '-->'), '<build>', '</build>');
  const blocks = plain
    .split('<dependency>')
    .slice(1)
    .map((block) => block.split('</dependency>', 1)[0]!);
  const parent = plain.split('<parent>', 2)[1]?.split('</parent>', 1)[0] ?? '';
  const above = element(parent, 'groupId');
  const name = element(withoutParts(plain.split('<dependenc', 1)[0]!, '<parent>', '</parent>'), 'artifactId');
  return {
    ...(name !== undefined && { name }),
    dependencies: blocks.flatMap((block) => {
      const group = element(block, 'groupId');
      const artifact = element(block, 'artifactId');
      const version = element(block, 'version');
      const isDev = element(block, 'scope') === 'test';
      return group && artifact ? dependency(`${group}:${artifact}`, version, isDev) : [];
    }),
    plugins: above === undefined ? [] : [`${above}:${element(parent, 'artifactId') ?? ''}`],
    traits: plain.includes('<modules>') ? ['workspace'] : [],
  };
}

/** Each part from a beginning to its end cut out, in one pass. */
function withoutParts(text: string, from: string, to: string): string {
  return text
    .split(from)
    .map((part, i) => (i === 0 ? part : part.includes(to) ? part.slice(part.indexOf(to) + to.length) : ''))
    .join('');
}

function readSettings(text: string): Manifest {
  const modules = linesOf(text)
    .filter((line) => /^\s*include\b/.test(line))
    .join(' ')
    .match(/['"][^'"]+['"]/g);
  return { traits: (modules ?? []).length > 1 ? ['workspace'] : [] };
}

const SCOPE =
  /^\s*(test|androidTest|debug)?(implementation|api|compileOnly|runtimeOnly|annotationProcessor|kapt|ksp|developmentOnly)\b/i;

function readBuild(text: string): Manifest {
  const dependencies: Dependency[] = [];
  const plugins: string[] = [];
  for (const line of linesOf(text)) {
    const scope = SCOPE.exec(line);
    const coordinate = scope && /['"]([\w.-]+:[\w.-]+)(?::([^'"@:]+))?[^'"]*['"]/.exec(line);
    if (coordinate)
      dependencies.push(
        ...dependency(coordinate[1], coordinate[2], scope[1] !== undefined || /^\s*developmentOnly/.test(line)),
      );
    const plugin =
      /^\s*(?:id|apply plugin:)\s*\(?\s*['"]([^'"]+)['"]/.exec(line) ?? /^\s*kotlin\s*\(\s*"([^"]+)"/.exec(line);
    const alias = /\balias\s*\(\s*libs\.plugins\.([\w.]+)/.exec(line);
    // In a catalog most are called as they are, without the beginning of their id.
    const known =
      word(plugin?.[1]) ??
      (alias && `alias:${alias[1]}`) ??
      (/^\s*application\s*$/.test(line) ? 'application' : undefined);
    if (known) plugins.push(known);
  }
  return { dependencies, plugins };
}

/** The catalog that Gradle projects take their libraries from. */
function readCatalog(text: string): Manifest | undefined {
  const fields = readToml(text);
  if (!fields) return undefined;
  const versions = fieldsOf(fields.versions);
  const libraries = Object.values(fieldsOf(fields.libraries)).flatMap((library) => {
    if (typeof library === 'string')
      return dependency(library.split(':').slice(0, 2).join(':'), library.split(':')[2], false);
    const { module, group, name, version } = fieldsOf(library);
    const { ref } = fieldsOf(version);
    const id = word(module) ?? `${word(group) ?? ''}:${word(name) ?? ''}`;
    return dependency(id, typeof ref === 'string' ? versions[ref] : version, /junit|test|espresso|mockk/i.test(id));
  });
  const plugins = Object.values(fieldsOf(fields.plugins)).flatMap((plugin) => word(fieldsOf(plugin).id) ?? []);
  return { dependencies: libraries, plugins };
}
