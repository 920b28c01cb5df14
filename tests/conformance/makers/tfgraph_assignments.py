"""Assignments of variables in control flow of version 1, ordered by control inputs."""

import tensorflow as tf

v1 = tf.compat.v1
after = v1.control_dependencies


def add_and(result, variable, x):
    with after([v1.assign_add(variable, x)]):
        return tf.nest.map_structure(tf.identity, result)


def results_of_a_branch(variable, x):
    """Both need the one assignment, which must run once."""
    holds = lambda: add_and((x + 1, x * 10), variable, x)
    a, b = v1.cond(x[0, 0] > 0, holds, lambda: (x, x))
    with after([a, b]):
        return a + b + 100 * variable.read_value()


def branch_of_a_constant(variable, x):
    a = v1.cond(x[0, 0] > 0, lambda: add_and(tf.constant(1.0), variable, x), lambda: tf.constant(0.0))
    with after([a]):
        return a + 100 * variable.read_value()


def later_branch(variable, x):
    condition = x[0, 0] > 0
    a = v1.cond(condition, lambda: add_and(x, variable, x), lambda: -x)
    holds = lambda: add_and((a, 2 * a), variable, a)
    b, c = v1.cond(condition, holds, lambda: (x, x))
    with after([b, c]):
        return a + 10 * b + 100 * c + 1000 * variable.read_value()


def branch_in_a_loop(variable, x):
    def body(i, total):
        def holds(total=total):
            with after([v1.assign_add(variable, x)]):
                return total + variable.read_value()
        total = v1.cond(tf.equal(i % 2, 0), holds, lambda total=total: total * 2)
        with after([total]):  # else TensorFlow begins the next round before
            return i + 1, total
    i, total = v1.while_loop(lambda i, total: i < 4, body, [0, x])
    with after([i, total]):
        return total + 100 * variable.read_value()


def loop_in_a_branch(variable, x):
    def holds():
        i, = v1.while_loop(lambda i: i < 3, lambda i: [add_and(i + 1, variable, x)], [0],
                           return_same_structure=True)
        with after([i]):
            return variable.read_value() + tf.cast(i, tf.float32)
    a = v1.cond(x[0, 0] > 0, holds, lambda: x)
    with after([a]):
        return a + 100 * variable.read_value()


def loop_until_the_variable(variable, x):
    """The condition reads what the body assigns."""
    def body(i):
        with after([v1.assign(variable, 2 * variable.read_value() + 1)]):
            return [i + 1]
    i, = v1.while_loop(lambda i: tf.reduce_sum(variable.read_value()) < 50.0, body, [0],
                       return_same_structure=True)
    with after([i]):
        return variable.read_value() + 1000 * tf.cast(i, tf.float32) + 0 * x


def before_a_loop(variable, x):
    with after([v1.assign(variable, 7 * x)]):
        _, total = v1.while_loop(lambda i, t: i < 3, lambda i, t: (i + 1, t + variable.read_value()),
                                 [0, x])
    return total


def value_in_use(variable, x):
    with after([v1.assign_add(variable, x)]):
        read = variable.read_value()
    return 2 * read + variable.read_value()


GRAPHS = [results_of_a_branch, branch_of_a_constant, later_branch, branch_in_a_loop,
          loop_in_a_branch, loop_until_the_variable, before_a_loop, value_in_use]
