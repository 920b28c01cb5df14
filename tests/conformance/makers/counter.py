"""A model of two functions that share a variable."""

import tensorflow as tf


class Counter(tf.Module):
    def __init__(self):
        super().__init__()
        self.total = tf.Variable([0.5, -1.0])

    @tf.function(input_signature=[tf.TensorSpec([2], name="amount")])
    def add(self, amount):
        self.total.assign_add(amount)
        return {"total": self.total.read_value()}

    @tf.function(input_signature=[tf.TensorSpec([], name="factor")])
    def read(self, factor):
        return {"scaled": self.total * factor}
