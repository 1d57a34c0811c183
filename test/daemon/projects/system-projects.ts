/** Projects of programs, libraries and machines, and what each is. */
import type { Example } from './example.js';

export const systemProjects: readonly Example[] = [
  {
    name: 'an empty folder',
    empty: '',
    texts: {},
    is: {},
  },
  {
    name: 'a program in Rust',
    empty: 'Cargo.lock src/main.rs src/search.rs clippy.toml target/debug/grepper.rs',
    texts: {
      'Cargo.toml': `[package]
name = "grepper"
version = "0.4.0"
edition = "2021"

[dependencies]
clap = { version = "4.5", features = ["derive"] }
regex = "1"

[target.'cfg(unix)'.dependencies]
libc = "0.2"

[dev-dependencies]
assert_cmd = "2"
`,
    },
    is: {
      languages: 'Rust 2 100%',
      primaryLanguage: 'Rust',
      category: 'cli',
      packageManager: 'cargo',
      testRunner: 'cargo test',
      linter: 'clippy',
      buildTool: 'cargo',
      needs: 'clap 4.5, libc 0.2, regex 1',
      needsToMake: 'assert_cmd 2',
      commands: ['install: cargo fetch', 'dev: cargo run', 'test: cargo test', 'build: cargo build'],
    },
  },
  {
    name: 'a library in Rust',
    empty: 'src/lib.rs benches/all.rs',
    texts: {
      'Cargo.toml': `[package]
name = "intervals"
version = "1.0.0"

[lib]

[dependencies]
serde = { version = "1", optional = true }
`,
    },
    is: {
      languages: 'Rust 2 100%',
      primaryLanguage: 'Rust',
      category: 'library',
      packageManager: 'cargo',
      testRunner: 'cargo test',
      buildTool: 'cargo',
      needs: 'serde 1',
      commands: ['install: cargo fetch', 'test: cargo test', 'build: cargo build'],
    },
  },
  {
    name: 'a workspace in Rust',
    empty: 'Cargo.lock crates/api/src/main.rs crates/core/src/lib.rs',
    texts: {
      'Cargo.toml': `[workspace]
resolver = "2"
members = ["crates/*"]

[workspace.dependencies]
tokio = { version = "1.41", features = ["full"] }
`,
      'crates/api/Cargo.toml': `[package]
name = "api"
version = "0.1.0"
[dependencies]
axum = "0.8"
tokio = { workspace = true }
core = { path = "../core" }
`,
      'crates/core/Cargo.toml': `[package]
name = "core"
version = "0.1.0"
`,
    },
    is: {
      languages: 'Rust 2 100%',
      primaryLanguage: 'Rust',
      category: 'api',
      framework: 'Axum',
      packageManager: 'cargo',
      testRunner: 'cargo test',
      buildTool: 'cargo',
      needs: 'axum 0.8, tokio 1.41',
      isMonorepo: true,
      commands: ['install: cargo fetch', 'test: cargo test --workspace', 'build: cargo build --workspace'],
    },
  },
  {
    name: 'a Go module',
    empty: 'go.sum cmd/ledger/main.go internal/store/store.go .golangci.yml',
    texts: {
      'go.mod': `module github.com/acme/ledger

go 1.23

require (
	github.com/gin-gonic/gin v1.10.0
	github.com/jackc/pgx/v5 v5.7.1 // the database
	golang.org/x/net v0.31.0 // indirect
)

require github.com/stretchr/testify v1.10.0
`,
      Makefile: `build:
	go build
`,
    },
    is: {
      languages: 'Go 2 100%',
      primaryLanguage: 'Go',
      category: 'api',
      framework: 'Gin',
      packageManager: 'go',
      testRunner: 'go test',
      linter: 'golangci-lint',
      buildTool: 'go',
      needs: 'github.com/gin-gonic/gin v1.10.0, github.com/jackc/pgx/v5 v5.7.1, github.com/stretchr/testify v1.10.0',
      commands: [
        'install: go mod download',
        'dev: go run ./cmd/ledger',
        'test: go test ./...',
        'build: go build ./...',
      ],
    },
  },
  {
    name: 'C with CMake',
    empty: 'src/ring.c include/ring.h test/ring.c .clang-tidy .circleci/config.yml',
    texts: {
      'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(ring LANGUAGES C)
find_package(ZLIB 1.2 REQUIRED)
add_library(ring src/ring.c)
add_executable(ringtest test/ring.c)
enable_testing()
`,
    },
    is: {
      languages: 'C 3 100%',
      primaryLanguage: 'C',
      category: 'library',
      testRunner: 'ctest',
      linter: 'clang-tidy',
      buildTool: 'cmake',
      needs: 'ZLIB 1.2',
      ci: 'CircleCI',
      commands: ['test: ctest --test-dir build', 'build: cmake -B build && cmake --build build'],
    },
  },
  {
    name: 'Terraform',
    empty: 'variables.tf modules/own/main.tf .tflint.hcl .terraform/x.tf',
    texts: {
      'main.tf': `module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.16.0"
}
module "own" {
  source = "./modules/own"
}
`,
      'versions.tf': `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
`,
    },
    is: {
      languages: 'HCL 4 100%',
      primaryLanguage: 'HCL',
      category: 'infrastructure',
      packageManager: 'terraform',
      linter: 'tflint',
      buildTool: 'terraform',
      needs: 'hashicorp/aws ~> 5.0, terraform-aws-modules/vpc/aws 5.16.0',
      commands: ['install: terraform init', 'test: terraform validate', 'build: terraform plan'],
    },
  },
  {
    name: 'scripts with a Makefile',
    empty: 'build.sh test.sh',
    texts: {
      Makefile: `.PHONY: all
SHELL := /bin/bash
all: build
build:
	sh build.sh
test: build
	sh test.sh
install-deps:
`,
    },
    is: {
      languages: 'Shell 2 100%',
      primaryLanguage: 'Shell',
      buildTool: 'make',
      commands: ['install: make install-deps', 'test: make test', 'build: make build'],
    },
  },
];
