// Hands the built package to the tests, and counts what the policy of the page forbids.
globalThis.violations = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  globalThis.violations.push(`${violatedDirective} ${blockedURI}`);
});
globalThis.tare = await import('/dist/index.js');
