/** The app as it is deployed: with its server in one folder. */

/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  allowedDevOrigins: ['127.0.0.1'],
};
