module Provision
  class Step
    attr_reader :name, :opts
    def initialize(name, **opts)
      @name, @opts = name, { run: :once }.merge(opts)
    end
    def ==(other) = other.is_a?(Step) && name == other.name
  end
  class Shell < Step
    def initialize(script, **opts)
      super("shell", script: script, **opts)
    end
  end
  def self.plan(*steps) = steps.map { |s| [s.class.name.split("::").last, s.opts] }
end
p Provision.plan(Provision::Step.new("x"), Provision::Shell.new("ls", run: :always))
p Provision::Shell.new("a") == Provision::Step.new("shell")

#> [["Step", {:run=>:once}], ["Shell", {:run=>:always, :script=>"ls"}]]
#> true
