/** Projects in Python, and what each is. */
import type { Example } from './example.js';

export const pythonProjects: readonly Example[] = [
  {
    name: 'Django',
    empty: 'manage.py shop/settings.py shop/urls.py orders/models.py templates/base.html .github/workflows/test.yaml',
    texts: {
      'requirements.txt': `Django==5.1.4
psycopg[binary]>=3.2,<4  # the database
gunicorn
-r extra.txt
--index-url https://user:hunter2@pypi.example/simple
`,
      'requirements-dev.txt': `pytest-django==4.9.0
ruff
`,
    },
    is: {
      languages: 'Python 4 80%, HTML 1 20%',
      primaryLanguage: 'Python',
      category: 'web',
      framework: 'Django',
      packageManager: 'pip',
      testRunner: 'pytest',
      linter: 'ruff',
      needs: 'Django ==5.1.4, gunicorn, psycopg >=3.2,<4',
      needsToMake: 'pytest-django ==4.9.0, ruff',
      ci: 'GitHub Actions',
      commands: ['install: pip install -r requirements.txt', 'dev: python manage.py runserver', 'test: pytest'],
    },
  },
  {
    name: 'Flask',
    empty: 'app.py templates/index.html static/site.css tests/__init__.py tests/test_app.py',
    texts: {
      'requirements.txt': `flask>=3.0
requests
`,
    },
    is: {
      languages: 'Python 3 60%, CSS 1 20%, HTML 1 20%',
      primaryLanguage: 'Python',
      category: 'web',
      framework: 'Flask',
      packageManager: 'pip',
      testRunner: 'unittest',
      needs: 'flask >=3.0, requests',
      commands: ['install: pip install -r requirements.txt', 'dev: flask run', 'test: python -m unittest'],
    },
  },
  {
    name: 'FastAPI',
    empty: 'uv.lock app/main.py app/models.py tests/test_main.py Dockerfile',
    texts: {
      'pyproject.toml': `[project]
name = "catalog"
version = "0.1.0"
requires-python = ">=3.12"
dependencies = ["fastapi[standard]>=0.115", "sqlalchemy>=2.0"]

[dependency-groups]
dev = ["pytest>=8", "ruff"]

[tool.ruff]
line-length = 100
`,
    },
    is: {
      languages: 'Python 3 100%',
      primaryLanguage: 'Python',
      category: 'api',
      framework: 'FastAPI',
      packageManager: 'uv',
      testRunner: 'pytest',
      linter: 'ruff',
      needs: 'fastapi >=0.115, sqlalchemy >=2.0',
      needsToMake: 'pytest >=8, ruff',
      commands: ['install: uv sync', 'dev: uv run fastapi dev app/main.py', 'test: uv run pytest'],
    },
  },
  {
    name: 'a Python library made with poetry',
    empty: 'poetry.lock slugs/__init__.py slugs/core.py tests/test_core.py .travis.yml',
    texts: {
      'pyproject.toml': `[tool.poetry]
name = "slugs"
version = "1.2.0"

[tool.poetry.dependencies]
python = "^3.10"
text-unidecode = "^1.3"
httpx = { version = "^0.27", extras = ["http2"] }

[tool.poetry.group.dev.dependencies]
pytest = "^8.0"
flake8 = "^7.0"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
`,
    },
    is: {
      languages: 'Python 3 100%',
      primaryLanguage: 'Python',
      category: 'library',
      packageManager: 'poetry',
      testRunner: 'pytest',
      linter: 'flake8',
      buildTool: 'poetry',
      needs: 'httpx ^0.27, text-unidecode ^1.3',
      needsToMake: 'flake8 ^7.0, pytest ^8.0',
      ci: 'Travis CI',
      commands: ['install: poetry install', 'test: poetry run pytest', 'build: poetry build'],
    },
  },
  {
    name: 'a Python library made with uv',
    empty: 'uv.lock src/ticks/__init__.py src/ticks/cli.py',
    texts: {
      'pyproject.toml': `[project]
name = "ticks"
version = "0.1.0"
dependencies = []

[project.scripts]
ticks = "ticks.cli:main"

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[dependency-groups]
dev = ["pytest>=8.3"]
`,
    },
    is: {
      languages: 'Python 2 100%',
      primaryLanguage: 'Python',
      category: 'cli',
      packageManager: 'uv',
      testRunner: 'pytest',
      buildTool: 'uv',
      needsToMake: 'pytest >=8.3',
      commands: ['install: uv sync', 'test: uv run pytest', 'build: uv build'],
    },
  },
  {
    name: 'a Python library made with pip',
    empty: 'setup.py setup.cfg waves/__init__.py tests/__init__.py',
    texts: {
      'requirements.txt': `numpy>=1.26 ; python_version >= "3.9"
`,
    },
    is: {
      languages: 'Python 3 100%',
      primaryLanguage: 'Python',
      category: 'library',
      packageManager: 'pip',
      testRunner: 'unittest',
      buildTool: 'setuptools',
      needs: 'numpy >=1.26',
      commands: ['install: pip install -r requirements.txt', 'test: python -m unittest'],
    },
  },
  {
    name: 'notebooks',
    empty: 'analysis.ipynb load.py',
    texts: {
      'requirements.txt': `pandas==2.2.3
jupyter
`,
    },
    is: {
      languages: 'Jupyter Notebook 1 50%, Python 1 50%',
      primaryLanguage: 'Jupyter Notebook',
      category: 'data',
      packageManager: 'pip',
      needs: 'jupyter, pandas ==2.2.3',
      commands: ['install: pip install -r requirements.txt'],
    },
  },
];
