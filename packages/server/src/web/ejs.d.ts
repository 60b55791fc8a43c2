/** What we use of ejs; the package ships no types. */
declare module 'ejs' {
  const ejs: {
    renderFile(path: string, data: object, callback: (error: Error | null, html?: string) => void): void;
  };
  export default ejs;
}
