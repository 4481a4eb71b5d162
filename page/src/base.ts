// Where the service begins, without a slash at its end: a stage or a proxy may put a prefix before
// every path. This script is one of its files, at /page/.
export const base = new URL("..", import.meta.url).pathname.slice(0, -1);
