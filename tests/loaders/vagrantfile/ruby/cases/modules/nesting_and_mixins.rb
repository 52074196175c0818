module Logging
  LEVELS = %i[debug info].freeze
  LEVELS.each_with_index do |level, i|
    define_method(level) { |msg| log << "#{i}:#{level}:#{msg}" }
  end
  def log = @log ||= []
end
module Retry
  def with_retry(n = 2)
    attempts ||= 0
    attempts += 1
    yield attempts
  rescue => e
    retry if attempts < n
    "failed: #{e.message}"
  end
end
module Both
  include Logging
  include Retry
  def self.prepended(base) = puts("prepended to #{base}")
end
class Job
  prepend Both
  def run
    debug "start"
    r = with_retry(3) { |i| i < 2 ? raise("flaky") : "ok #{i}" }
    info r
    log
  end
end
p Job.new.run, Job.ancestors.first(4), Job.include?(Retry), Both.instance_methods.sort.first(2)
module Outer
  VALUE = 1
  def self.value = VALUE
  module Inner
    VALUE = 2
    def self.value = [VALUE, Outer::VALUE, Outer.value]
    class Deep
      def value = VALUE
    end
  end
end
p Outer::Inner.value, Outer::Inner::Deep.new.value
o = Object.new.extend(Logging)
o.info("x")
p o.log, o.singleton_class.ancestors.first(2).last, (class << o; self; end).instance_methods(false)

#> prepended to Job
#> ["0:debug:start", "1:info:ok 2"]
#> [Both, Retry, Logging, Job]
#> true
#> [:debug, :info]
#> [2, 1, 1]
#> 2
#> ["1:info:x"]
#> Logging
#> []
