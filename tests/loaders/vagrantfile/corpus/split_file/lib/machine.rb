def one_machine(config, name)
  config.vm.define(name) { |m| m.vm.hostname = name }
end
