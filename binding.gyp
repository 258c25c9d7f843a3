{
  # The addon's own file lies beside its sources, with which it is published; this one is for a checkout, whose build/ is its.
  "targets": [
    {
      "target_name": "addon",
      "type": "none",
      "dependencies": ["native/binding.gyp:logits"],
    },
  ],
}
