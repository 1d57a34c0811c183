/** Projects for servers and telephones, and what each is. */
import type { Example } from './example.js';

export const appProjects: readonly Example[] = [
  {
    name: 'Ruby on Rails',
    empty:
      'Gemfile.lock Rakefile bin/rails bin/dev config/application.rb config/routes.rb app/models/user.rb app/views/users/show.html.erb spec/spec_helper.rb .rspec',
    texts: {
      Gemfile: `source "https://rubygems.org"

gem "rails", "~> 8.0.0"
gem "pg", "~> 1.1"
gem 'puma', '>= 5.0'

group :development, :test do
  gem "rspec-rails"
  gem "rubocop-rails-omakase", require: false
end

gem "web-console", group: :development
`,
      'package.json':
        '{"private":true,"scripts":{"build":"esbuild app/javascript/*.*"},"devDependencies":{"esbuild":"^0.24.0"}}',
    },
    is: {
      languages: 'Ruby 4 80%, ERB 1 20%',
      primaryLanguage: 'Ruby',
      category: 'web',
      framework: 'Ruby on Rails',
      packageManager: 'bundler',
      testRunner: 'rspec',
      linter: 'rubocop',
      buildTool: 'rake',
      needs: 'pg ~> 1.1, puma >= 5.0, rails ~> 8.0.0',
      needsToMake: 'esbuild ^0.24.0, rspec-rails, rubocop-rails-omakase, web-console',
      commands: ['install: bundle install', 'dev: bin/dev', 'test: bundle exec rspec', 'build: npm run build'],
    },
  },
  {
    name: 'PHP with Laravel',
    empty:
      'composer.lock artisan app/Models/User.php app/Http/Controllers/Controller.php resources/views/welcome.blade.php resources/js/app.js vite.config.js phpunit.xml',
    texts: {
      'composer.json':
        '{"name":"laravel/laravel","type":"project","require":{"php":"^8.2","ext-json":"*","laravel/framework":"^12.0"},"require-dev":{"pestphp/pest":"^3.0","laravel/pint":"^1.13"},"scripts":{"dev":["npx concurrently"],"test":["@php artisan test"]}}',
      'package.json':
        '{"private":true,"scripts":{"build":"vite build","dev":"vite"},"devDependencies":{"vite":"^6.0","laravel-vite-plugin":"^1.2"}}',
    },
    is: {
      languages: 'PHP 2 50%, Blade 1 25%, JavaScript 1 25%',
      primaryLanguage: 'PHP',
      category: 'web',
      framework: 'Laravel',
      packageManager: 'composer',
      testRunner: 'pest',
      linter: 'pint',
      buildTool: 'vite',
      needs: 'laravel/framework ^12.0',
      needsToMake: 'laravel-vite-plugin ^1.2, laravel/pint ^1.13, pestphp/pest ^3.0, vite ^6.0',
      commands: [
        'install: composer install',
        'dev: php artisan serve',
        'test: php artisan test',
        'build: npm run build',
      ],
    },
  },
  {
    name: 'Elixir with Phoenix',
    empty:
      'mix.lock lib/chat.ex lib/chat_web/router.ex lib/chat_web/components/core.ex test/test_helper.exs _build/dev/x.ex assets/js/app.js',
    texts: {
      'mix.exs': `defmodule Chat.MixProject do
  use Mix.Project
  defp deps do
    [
      {:phoenix, "~> 1.7.18"},
      {:ecto_sql, "~> 3.10"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:heroicons, github: "tailwindlabs/heroicons"}
    ]
  end
end
`,
    },
    is: {
      languages: 'Elixir 5 83.3%, JavaScript 1 16.7%',
      primaryLanguage: 'Elixir',
      category: 'web',
      framework: 'Phoenix',
      packageManager: 'mix',
      testRunner: 'exunit',
      linter: 'credo',
      buildTool: 'mix',
      needs: 'ecto_sql ~> 3.10, heroicons, phoenix ~> 1.7.18',
      needsToMake: 'credo ~> 1.7',
      commands: ['install: mix deps.get', 'dev: mix phx.server', 'test: mix test', 'build: mix compile'],
    },
  },
  {
    name: 'Java with Maven and Spring',
    empty:
      'mvnw src/main/java/com/acme/claims/Application.java src/main/java/com/acme/claims/web/ClaimController.java src/test/java/com/acme/claims/ApplicationTests.java src/main/resources/application.yml Jenkinsfile',
    texts: {
      'pom.xml': `<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
 <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.4.0</version></parent>
 <groupId>com.acme</groupId><artifactId>claims</artifactId>
 <!-- <dependency><groupId>old</groupId><artifactId>old</artifactId></dependency> -->
 <dependencies>
  <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>
  <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.4</version></dependency>
  <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-test</artifactId><scope>test</scope></dependency>
 </dependencies>
 <build><plugins><plugin><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId></dependency></dependencies></plugin></plugins></build>
</project>`,
    },
    is: {
      languages: 'Java 3 100%',
      primaryLanguage: 'Java',
      category: 'api',
      framework: 'Spring Boot',
      packageManager: 'maven',
      testRunner: 'junit',
      buildTool: 'maven',
      needs: 'org.postgresql:postgresql 42.7.4, org.springframework.boot:spring-boot-starter-web',
      needsToMake: 'org.springframework.boot:spring-boot-starter-test',
      ci: 'Jenkins',
      commands: [
        'install: ./mvnw dependency:resolve',
        'dev: ./mvnw spring-boot:run',
        'test: ./mvnw test',
        'build: ./mvnw package',
      ],
    },
  },
  {
    name: '.NET',
    empty: 'Shop.sln src/Shop/Program.cs test/Shop.Tests/OrderTests.cs azure-pipelines.yml',
    texts: {
      'src/Shop/Shop.csproj': `<Project Sdk="Microsoft.NET.Sdk.Web">
  <ItemGroup>
    <PackageReference Include="Dapper" Version="2.1.35" />
  </ItemGroup>
</Project>`,
      'test/Shop.Tests/Shop.Tests.csproj': `<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <PackageReference Include="xunit" Version="2.9.2" />
  </ItemGroup>
</Project>`,
    },
    is: {
      languages: 'C# 2 100%',
      primaryLanguage: 'C#',
      category: 'api',
      framework: 'ASP.NET Core',
      packageManager: 'nuget',
      testRunner: 'xunit',
      buildTool: 'dotnet',
      needs: 'Dapper 2.1.35',
      needsToMake: 'xunit 2.9.2',
      ci: 'Azure Pipelines',
      commands: [
        'install: dotnet restore',
        'dev: dotnet run --project src/Shop',
        'test: dotnet test',
        'build: dotnet build',
      ],
    },
  },
  {
    name: 'Android with Gradle and Kotlin',
    empty:
      'gradlew app/src/main/AndroidManifest.xml app/src/main/java/com/acme/tides/MainActivity.kt app/src/main/res/values/strings.xml',
    texts: {
      'settings.gradle.kts': `rootProject.name = "Tides"
include(":app")
`,
      'build.gradle.kts': `plugins {
  alias(libs.plugins.android.application) apply false
}
`,
      'gradle/libs.versions.toml': `[versions]
agp = "8.7.2"
coreKtx = "1.15.0"

[libraries]
androidx-core-ktx = { group = "androidx.core", name = "core-ktx", version.ref = "coreKtx" }
junit = { module = "junit:junit", version = "4.13.2" }

[plugins]
android-application = { id = "com.android.application", version.ref = "agp" }
`,
      'app/build.gradle.kts': `plugins {
  alias(libs.plugins.android.application)
  id("org.jetbrains.kotlin.android")
}
dependencies {
  implementation(libs.androidx.core.ktx)
  implementation("com.squareup.okhttp3:okhttp:4.12.0")
  testImplementation(libs.junit)
}
`,
    },
    is: {
      languages: 'Kotlin 1 100%',
      primaryLanguage: 'Kotlin',
      category: 'mobile',
      framework: 'Android',
      packageManager: 'gradle',
      testRunner: 'junit',
      buildTool: 'gradle',
      needs: 'androidx.core:core-ktx 1.15.0, com.squareup.okhttp3:okhttp 4.12.0',
      needsToMake: 'junit:junit 4.13.2',
      commands: ['dev: ./gradlew installDebug', 'test: ./gradlew test', 'build: ./gradlew assembleDebug'],
    },
  },
  {
    name: 'Flutter',
    empty:
      'pubspec.lock analysis_options.yaml lib/main.dart lib/screens/home.dart test/widget_test.dart ios/Runner/AppDelegate.swift',
    texts: {
      'pubspec.yaml': `name: walks
environment:
  sdk: ^3.6.0

dependencies:
  flutter:
    sdk: flutter
  go_router: ^14.6.2

dev_dependencies:
  flutter_test:
    sdk: flutter
  flutter_lints: ^5.0.0
`,
      'android/app/build.gradle.kts': 'plugins { id("com.android.application") }',
    },
    is: {
      languages: 'Dart 3 75%, Swift 1 25%',
      primaryLanguage: 'Dart',
      category: 'mobile',
      framework: 'Flutter',
      packageManager: 'pub',
      testRunner: 'flutter test',
      linter: 'dart analyze',
      buildTool: 'flutter',
      needs: 'flutter, go_router ^14.6.2',
      needsToMake: 'flutter_lints ^5.0.0, flutter_test',
      commands: ['install: flutter pub get', 'dev: flutter run', 'test: flutter test', 'build: flutter build apk'],
    },
  },
  {
    name: 'Swift',
    empty: 'Sources/App/main.swift Tests/AppTests/AppTests.swift',
    texts: {
      'Package.swift': `// swift-tools-version: 6.0
import PackageDescription
let package = Package(name: "hello", dependencies: [
  .package(url: "https://github.com/vapor/vapor.git", from: "4.106.0"),
], targets: [.executableTarget(name: "App")])
`,
    },
    is: {
      languages: 'Swift 3 100%',
      primaryLanguage: 'Swift',
      category: 'api',
      framework: 'Vapor',
      packageManager: 'swift',
      testRunner: 'xctest',
      buildTool: 'swift',
      needs: 'vapor 4.106.0',
      commands: ['install: swift package resolve', 'dev: swift run', 'test: swift test', 'build: swift build'],
    },
  },
];
