"""Rules of problems as the source gives them, read from its syntax: what cannot be told is an error, so that none is missed."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "lnbeval"
NEVER_TOLD = {"marks_not_settled"}  # of a cell whose column is told as a whole: `source_cells` leaves it out


@dataclass(frozen=True)
class Module:
    path: Path
    root: Path

    @property
    def name(self):
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self):
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imported(self):
        """Where each imported name comes from."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom)]
        return {name.asname or name.name: (node.module, name.name) for node in found for name in node.names}

    @cached_property
    def constants(self):
        """The expression of each name that the module binds."""
        bound = {}
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AnnAssign):
                bound |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
        return bound

    @cached_property
    def places(self):
        """Functions and classes that take a rule, with its place among their positional arguments."""
        return {name: place for node in ast.walk(self.tree) for name, place in _takes_rule(node)}


def rules(package=PACKAGE):
    """Every rule that a package can give a problem, with the places that give it."""
    modules = {one.name: one for one in (Module(path, package.parent) for path in sorted(package.rglob("*.py")))}
    given = {}
    for module in modules.values():
        for enclosing, call in _calls(module.tree):
            for expression in _rule_expressions(call, module, modules):
                for rule in _values(expression, enclosing, module, modules):
                    given.setdefault(rule, []).append(f"{module.name}:{call.lineno}")
    return {rule: places for rule, places in given.items() if rule not in NEVER_TOLD}


def _takes_rule(node):
    if isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                yield from ((node.name, place - 1) for _, place in _takes_rule(method))
    elif isinstance(node, ast.FunctionDef):
        names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if "rule" in names:
            yield node.name, names.index("rule")


def _calls(tree, enclosing=()):
    """Every call, with the functions and comprehensions around it, the innermost last."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield enclosing, node
        around = (ast.FunctionDef, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
        yield from _calls(node, (*enclosing, node) if isinstance(node, around) else enclosing)


def _rule_expressions(call, module, modules):
    callee = getattr(call.func, "id", "")
    keyword = "kind" if callee == "Fault" else "rule"
    named = [argument.value for argument in call.keywords if argument.arg == keyword]
    if named:
        return named
    place = _place(callee, module, modules)
    if place is None:
        return []
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return [call.args[-1 if starred else place]]


def _place(callee, module, modules):
    if callee in module.places:
        return module.places[callee]
    source, name = module.imported.get(callee, ("", ""))
    return _place(name, modules[source], modules) if source in modules and modules[source] is not module else None


def _values(expression, enclosing, module, modules):
    """The texts that an expression can stand for; none where it only hands on a rule that was given elsewhere."""
    match expression:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _values(one, enclosing, module, modules) | _values(other, enclosing, module, modules)
        case ast.Attribute(attr="rule" | "kind"):
            return set()
        case ast.Subscript(value=ast.Name(id=name)):
            return _of_table(name, module, modules)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, default]):
            return _of_table(name, module, modules) | _values(default, enclosing, module, modules)
        case ast.Name(id=name):
            return _of_name(name, enclosing, module, modules)
    raise AssertionError(f"{module.name}:{expression.lineno}: which rule is {ast.unparse(expression)}?")


def _of_table(name, module, modules):
    return {value.value for value in _constant(name, module, modules)[0].values}


def _constant(name, module, modules):
    """What a name stands for, and the module that binds it."""
    if name in module.constants:
        return module.constants[name], module
    source, original = module.imported[name]
    return _constant(original, modules[source], modules)


def _of_name(name, enclosing, module, modules):
    for node in reversed(enclosing):
        if isinstance(node, ast.FunctionDef):
            if name == "rule" and any(one.arg == name for one in (*node.args.args, *node.args.kwonlyargs)):
                return set()
            continue
        for one in node.generators:
            if isinstance(one.target, ast.Name) and one.target.id == name:
                return {key.value for key in module.constants[one.iter.id].keys}
    value, binding = _constant(name, module, modules)
    return _values(value, (), binding, modules)
