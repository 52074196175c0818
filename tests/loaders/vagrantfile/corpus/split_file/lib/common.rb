module Common
  def self.box(config)
    config.vm.box = "common"
  end
end
