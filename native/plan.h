// Plans of expressions, made once when a program is loaded: how each step gets its value, and the chain of
// handlers that evaluates them.

#ifndef HEBB_PLAN_H_
#define HEBB_PLAN_H_

#include <vector>

#include "program.h"

namespace hebb {

/**
 * Sets the kinds of the steps (all loads are kLoad, all stores kStore or kResult before), the expression's
 * cost, and appends its links, the full chain and the narrow one. `mayStream`: outputs that do not fit the
 * caches may be written past them.
 */
void PlanExpression(Expression& e, const Operand* operands, Step* steps, const View* views,
                    const ChainTable& handlers, bool mayStream, std::vector<Link>* links);

}  // namespace hebb

#endif  // HEBB_PLAN_H_
