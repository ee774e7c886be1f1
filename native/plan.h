// Plans of expressions: how each step gets its value, decided once when a program is loaded.

#ifndef HEBB_PLAN_H_
#define HEBB_PLAN_H_

#include "program.h"

namespace hebb {

/** Sets the kinds of the steps (all loads are kLoad, all stores kStore before) and the expression's cost. */
void PlanExpression(Expression& e, const Operand* operands, Step* steps, const View* views);

}  // namespace hebb

#endif  // HEBB_PLAN_H_
