/** The frame of every page. */
import type { ReactNode } from 'react';
import '@xterm/xterm/css/xterm.css';

export const metadata = { title: 'rdv' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
