// Of smiles-drawer what lays a molecule out. The rest of it draws, which the page does by itself, and
// would double the weight.
import DrawerBase from "./node_modules/smiles-drawer/src/DrawerBase.js";
import Parser from "./node_modules/smiles-drawer/src/ParserWrapper.ts";

class SvgDrawer {
  constructor(options) {
    this.preprocessor = new DrawerBase(options);
  }
}

export default { Parser, SvgDrawer };
